"""Classification and text of user errors."""

from __future__ import annotations

import dis
import re
from types import TracebackType

from mmrestore.files import printable

MAX_LINES = 5
USER_ERRORS = (ValueError, TypeError, KeyError, OSError, ImportError)
# User errors only if this package raised them; PyTorch also raises them for mistakes in code.
OWN_ERRORS = (RuntimeError, FloatingPointError)
# Prefix with traceback that PyTorch adds to the message of an error in a data worker.
IN_WORKER = re.compile(r'Caught \w+ in DataLoader worker process.*\n(?:[\w.]+Error|\w+): ', re.S)
WRAPPED = re.compile(r'class `[^`]+` in \S+\.py: ')  # prefix that MMEngine adds to a message


def is_user_error(error: BaseException) -> bool:
    """Return True if an error may concern user input and is reported in one line.

    Mistakes in code may have the same type. Unless a ``raise`` statement created the message,
    :func:`error_text` refers to ``--debug``, which shows the location.

    Examples:
        >>> is_user_error(ValueError('expected one of a, b')), is_user_error(AssertionError())
        (True, False)
    """
    error = original(error)
    return isinstance(error, USER_ERRORS) or (isinstance(error, OWN_ERRORS) and _is_ours(error))


def error_text(error: BaseException) -> str:
    """Return the message of an error in at most five lines.

    Examples:
        >>> error_text(KeyError("unknown model 'SwinIr'. Did you mean SwinIR?"))
        "unknown model 'SwinIr'. Did you mean SwinIR?"
        >>> error_text(FileNotFoundError(2, 'No such file or directory', 'a.pth'))
        'a.pth: No such file or directory'
        >>> error_text(KeyError('width'))
        "KeyError: 'width' (--debug shows where)"
    """
    error = original(error)
    text = IN_WORKER.sub('', str(error).strip())
    if isinstance(error, OSError) and error.filename and error.strerror:
        text = f'{printable(error.filename)}: {error.strerror}'
    elif isinstance(error, KeyError) and error.args and ' ' in str(error.args[0]):
        text = str(error.args[0]).strip()
    if len(text.split()) < 2 or not _is_stated(error):  # a single word is not a message
        text = f'{type(error).__name__}: {text}'.removesuffix(': ') + ' (--debug shows where)'
    lines = [line.rstrip() for line in text.split('\n') if line.strip()]
    if len(lines) > MAX_LINES:
        left = len(lines) - MAX_LINES + 1
        lines[MAX_LINES - 1 :] = [f'... {left} more lines, which --debug shows']
    return '\n'.join(map(printable, lines))


def original(error: BaseException) -> BaseException:
    """Return the original error that MMEngine's registries wrap once per enclosing component."""
    while error.args and WRAPPED.match(str(error.args[0])) and error.__context__ is not None:
        error = error.__context__
    return error


def _is_ours(error: BaseException) -> bool:
    """Return True if a line of this package raised the error."""
    trace = _origin(error)
    name = trace.tb_frame.f_globals.get('__name__', '') if trace is not None else ''
    return name.partition('.')[0] == 'mmrestore'


def _is_stated(error: BaseException) -> bool:
    """Return True if a ``raise`` statement raised the error, not a failed operation."""
    trace = _origin(error)
    if trace is None or isinstance(error, (OSError, ImportError)):
        return True
    code = trace.tb_frame.f_code.co_code
    return dis.opname[code[trace.tb_lasti]] in ('RAISE_VARARGS', 'RERAISE')


def _origin(error: BaseException) -> TracebackType | None:
    """Return the innermost traceback entry of an error, or None if it was not raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace
