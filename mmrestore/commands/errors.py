"""Which errors are the user's, and what is said about them."""

from __future__ import annotations

import re

from mmrestore.files import printable

MAX_LINES = 5
USER_ERRORS = (ValueError, TypeError, KeyError, OSError, ImportError)
# PyTorch raises these as well, for mistakes in code.
OWN_ERRORS = (RuntimeError, FloatingPointError)
WRAPPED = re.compile(r'class `[^`]+` in \S+\.py: ')  # what MMEngine puts before a message


def is_user_error(error: BaseException) -> bool:
    """Whether an error is about what the user gave, so that a line says what to do.

    Examples:
        >>> is_user_error(ValueError('expected one of a, b')), is_user_error(AssertionError())
        (True, False)
    """
    error = original(error)
    return isinstance(error, USER_ERRORS) or (isinstance(error, OWN_ERRORS) and _is_ours(error))


def error_text(error: BaseException) -> str:
    """Return what an error says, in at most five lines.

    Examples:
        >>> error_text(KeyError("unknown model 'SwinIr'. Did you mean SwinIR?"))
        "unknown model 'SwinIr'. Did you mean SwinIR?"
        >>> error_text(FileNotFoundError(2, 'No such file or directory', 'a.pth'))
        'a.pth: No such file or directory'
        >>> error_text(KeyError('width'))
        "KeyError: 'width' (--debug shows where)"
    """
    error = original(error)
    text = str(error).strip()
    if isinstance(error, OSError) and error.filename and error.strerror:
        text = f'{printable(error.filename)}: {error.strerror}'
    elif isinstance(error, KeyError) and error.args and ' ' in str(error.args[0]):
        text = str(error.args[0]).strip()
    elif len(text.split()) < 2:  # a bare name tells nothing
        text = f'{type(error).__name__}: {text}'.removesuffix(': ') + ' (--debug shows where)'
    lines = [line.rstrip() for line in text.split('\n') if line.strip()]
    if len(lines) > MAX_LINES:
        left = len(lines) - MAX_LINES + 1
        lines[MAX_LINES - 1 :] = [f'... {left} more lines, which --debug shows']
    return '\n'.join(map(printable, lines))


def original(error: BaseException) -> BaseException:
    """Return the error that MMEngine's registries wrap, once for each component around it."""
    while error.args and WRAPPED.match(str(error.args[0])) and error.__context__ is not None:
        error = error.__context__
    return error


def _is_ours(error: BaseException) -> bool:
    """Whether an error was raised by a line of this package."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_globals.get('__name__', '') if trace is not None else ''
    return name.partition('.')[0] == 'mmrestore'
