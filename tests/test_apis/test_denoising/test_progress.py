"""The line that says how far work is."""

from __future__ import annotations

import io

from mmrestore.apis.denoising.progress import Progress, ShareLine, duration


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO) -> str:
    """Count two pictures of 100 and 300 pixels, a second for each call of the clock."""
    seconds = iter(range(100))
    bar = Progress(400, 2, ShareLine(stream=stream, clock=lambda: 60 * next(seconds)))
    bar.advance(50, 100)
    bar.advance(500, 100)  # tiles overlap
    bar.finish(100)
    bar.advance(300, 300)
    bar.finish(300)
    bar.close()
    return stream.getvalue()


def test_a_file_gets_a_line_each_tenth():
    lines = shown(io.StringIO()).splitlines()
    assert lines == [
        '0 of 2 pictures, 12 %, about 7 minutes left',
        '0 of 2 pictures, 25 %, about 6 minutes left',
        '1 of 2 pictures, 99 %, about 5 seconds left',
        '2 of 2 pictures, 100 %',
    ]


def test_a_terminal_gets_one_line():
    text = shown(Terminal())
    assert text.count('\r') == 5 and text.count('\n') == 1
    last = text.splitlines()[-1].split('\r')[-1]
    assert last.rstrip() == '2 of 2 pictures, 100 %' and last.endswith(' ')


def test_durations():
    assert [duration(s) for s in (0, 59, 60, 5399, 36000)] == [
        'about 5 seconds',
        'about 1 minute',
        'about 1 minute',
        'about 90 minutes',
        'about 10.0 hours',
    ]
