"""A page as a browser without a screen shows it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'chrome')
OPTIONS = ('--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run')


def chromium() -> str:
    """Return the browser; skip the test where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip('no Chromium is installed (apt-get install chromium)')
    return found


def shown_document(page: Path, profile: Path) -> str:
    """Return the document after its scripts have run."""
    words = ['--dump-dom', '--virtual-time-budget=2000', page.as_uri()]
    return _run(words, profile)


def screenshot(page: Path, picture: Path, *, size: tuple[int, int]) -> None:
    """Write what a window of a width and height shows as a PNG file."""
    width, height = size
    _run(
        [f'--screenshot={picture}', f'--window-size={width},{height}', page.as_uri()],
        picture.parent,
    )


def _run(words: list[str], profile: Path) -> str:
    command = [chromium(), *OPTIONS, f'--user-data-dir={profile / "chromium"}', *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
