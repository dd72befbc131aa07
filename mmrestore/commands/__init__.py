"""Command line ``mmrestore``: one file per command, each with ``add_arguments`` and ``run``.

The first line of a file's docstring is the help of the command. Slow imports are deferred until the
command runs.
"""

from mmrestore.commands.main import build_parser, main

__all__ = ['build_parser', 'main']
