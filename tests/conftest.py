"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope='session')
def shared() -> Path:
    """The folder of reference data: parity files and real photographs."""
    place = os.environ.get('MMRESTORE_SHARED')
    if not place:
        pytest.skip('MMRESTORE_SHARED does not name the folder of reference data')
    return Path(place)
