"""The command line ``mmrestore``: one file a command, each with ``add_arguments`` and ``run``.

The first line of a file's docstring is its help. Nothing that takes long to import is imported
before a command runs.
"""

from mmrestore.commands.main import build_parser, main

__all__ = ['build_parser', 'main']
