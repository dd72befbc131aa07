"""Console log filter; the log file keeps every line."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mmengine
from mmengine.logging import MMLogger

from mmrestore.files import escape_unprintable

LIBRARY = Path(mmengine.__file__).parent
# The library's hooks report the run itself: validation figures, early stopping.
REPORTING = LIBRARY / 'hooks'
ENVIRONMENT = Path(__file__).with_name('environment.py')
# Our checkpoints hold the gradients of a step that is being accumulated: nothing is lost.
FALSE_WARNINGS = ('Resumed iteration number is not divisible by `_accumulative_counts`',)

NOISE = (
    # MMEngine sets a variable for them, which is what their user wants.
    r'Setting \w+_NUM_THREADS environment variable for each process',
    # An argument that MMEngine's and our distributed wrappers give; nothing follows for their user.
    r'`broadcast_buffers` is deprecated',
    # Schedules count iterations, of which several make a step if gradients are accumulated.
    r'Detected call of `scheduler.step\(\)` before `optimizer.step\(\)`',
)


@contextmanager
def without_noise() -> Iterator[None]:
    """Leave out warnings of other packages that say nothing to the user, for a ``with`` block."""
    with warnings.catch_warnings():
        for message in NOISE:
            warnings.filterwarnings('ignore', message)
        yield


class ConsoleFilter(logging.Filter):
    """Keep from the console what MMEngine says about itself: environment, config, hooks ...

    Passed are warnings and errors, what MMEngine's hooks report, and all that plugins and this
    package log but the environment.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is shown."""
        if record.levelno >= logging.WARNING:
            return not str(record.msg).startswith(FALSE_WARNINGS)
        source = Path(_source(record))
        is_library = source.is_relative_to(LIBRARY) and not source.is_relative_to(REPORTING)
        return not is_library and source != ENVIRONMENT


def quieten(logger: MMLogger) -> None:
    """Show on the console of a logger only what its user needs, in short lines; escape any names.

    A logger of level DEBUG keeps showing everything.
    """
    for handler in logger.handlers:
        if isinstance(handler, logging.StreamHandler):
            escape_unprintable(handler.stream)
        is_console = isinstance(handler, logging.StreamHandler) and not isinstance(
            handler, logging.FileHandler
        )
        if not is_console or handler.level <= logging.DEBUG:
            continue
        if any(isinstance(each, ConsoleFilter) for each in handler.filters):
            continue  # a logger is shared by runners of one name
        handler.addFilter(ConsoleFilter())
        formatter = handler.formatter
        formatter.info_format = '%(asctime)s  %(message)s'
        formatter.warn_format = formatter.warn_format.replace('%(name)s - ', '')


def log_to_file(logger: logging.Logger, text: str) -> None:
    """Write an error to the files of a logger only, for the console shows it in a line."""
    record = logger.makeRecord(logger.name, logging.ERROR, __file__, 0, text, (), None)
    for handler in logger.handlers:
        if isinstance(handler, logging.FileHandler):
            handler.handle(record)


def _source(record: logging.LogRecord) -> str:
    """Return the file that logged a record, also where it went through ``print_log``."""
    if record.funcName != 'print_log':
        return record.pathname
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_code.co_name != 'print_log':
        frame = frame.f_back
    return frame.f_back.f_code.co_filename if frame.f_back is not None else record.pathname
