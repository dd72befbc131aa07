"""Entry point of the command line; user errors are reported in one line."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from mmrestore.commands.arguments import add_debug
from mmrestore.commands.errors import error_text, is_user_error
from mmrestore.files import escape_unprintable
from mmrestore.version import __version__

COMMANDS = (
    *('train', 'test', 'measure', 'compare', 'report', 'restore', 'denoise', 'export'),
    *('configs', 'config', 'models', 'download', 'data', 'analyze', 'submit', 'benchmark'),
)
INTERRUPTED, BROKEN_PIPE = 130, 141  # exit statuses that shells use


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; user errors are printed to stderr in one line.

    Args:
        arguments: command-line arguments; those of the process if None.

    Raises:
        SystemExit: with status 1 after an error or a negative result, 2 if the arguments cannot be
            parsed, 130 after Ctrl-C.
    """
    options, unknown = build_parser().parse_known_args(arguments)
    if unknown:
        options.parser.error(f'unrecognized arguments: {" ".join(unknown)}')
    for name, value in vars(options).items():
        setattr(options, name, _expanded(value))
    for stream in (sys.stdout, sys.stderr):
        escape_unprintable(stream)
    form = warnings.formatwarning
    if not options.debug:
        warnings.formatwarning = _short_warning
    try:
        status = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the output, such as `head`, has closed the pipe.
        sys.stdout = open(os.devnull, 'w')  # noqa: SIM115  Python flushes it on exit
        status = BROKEN_PIPE
    except KeyboardInterrupt:
        if options.debug:
            raise
        status = INTERRUPTED
    except Exception as error:
        if not is_user_error(error):
            raise
        if options.debug:
            traceback.print_exc()
        print(f'mmrestore: error: {error_text(error)}', file=sys.stderr)
        # Usage errors that are detected late have this attribute; their classes load PyTorch.
        status = getattr(error, 'exit_status', 1)
    finally:
        warnings.formatwarning = form
    if status:
        sys.exit(status)


def _short_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,
) -> str:
    """Format a warning without its code line; the category is shown unless it is UserWarning."""
    kind = '' if issubclass(category, UserWarning) else f'{category.__name__}: '
    return f'mmrestore: warning: {kind}{message}\n'


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands, without slow imports."""
    parser = argparse.ArgumentParser(
        prog='mmrestore',
        description='Train and test image-restoration networks, and restore images with them.',
        epilog='`mmrestore COMMAND --help` describes a command; the README starts with an example.',
    )
    parser.add_argument('--version', action='version', version=f'mmrestore {__version__}')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')
    _add_commands(parser, 'mmrestore.commands', COMMANDS)
    return parser


def _add_commands(parser: argparse.ArgumentParser, package: str, names: Sequence[str]) -> None:
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    for name in names:
        module = import_module(f'{package}.{name.replace("-", "_")}')
        description = module.__doc__ or ''
        command = commands.add_parser(
            name,
            help=description.split('\n')[0],
            description=description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if hasattr(module, 'COMMANDS'):  # a group
            _add_commands(command, module.__name__, module.COMMANDS)
            continue
        module.add_arguments(command)
        add_debug(command)
        command.set_defaults(run=module.run, parser=command)


def _expanded(value: Any) -> Any:
    """Expand a leading ``~``, which shells do not expand in ``--output=~/x``."""
    if isinstance(value, str) and value.startswith('~'):
        return os.path.expanduser(value)
    return [_expanded(item) for item in value] if isinstance(value, list) else value
