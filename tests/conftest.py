"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
sys.path[:0] = [str(TESTS), str(TESTS / 'reference')]
# imported by tests
collect_ignore = [
    'backbone_table.py',
    'chromium.py',
    'corrupted_files.py',
    'exit_status.py',
    'image_files.py',
    'local_server.py',
    'reference',
    'remembering_net.py',
    'small_photographs.py',
    'strategy_runs.py',
    'tiny_adversary.py',
    'tiny_components.py',
    'tiny_denoiser.py',
    'trainings.py',
    'twins.py',
]


@pytest.fixture(scope='session')
def shared() -> Path:
    """The folder of reference data: parity files and real photographs."""
    place = os.environ.get('MMRESTORE_SHARED')
    if not place:
        pytest.skip('MMRESTORE_SHARED does not name the folder of reference data')
    return Path(place)


@pytest.fixture(autouse=True, scope='session')
def _own_cache(tmp_path_factory) -> None:
    """Keep checks and decoded images of tests out of the user's cache folder."""
    os.environ['MMRESTORE_CACHE'] = str(tmp_path_factory.mktemp('cache'))


@pytest.fixture(autouse=True, scope='session')
def _tiny_components() -> None:
    """Make the tiny components of the tests known by their names."""
    import tiny_components  # noqa: F401
    import torch

    torch.set_num_threads(1)  # tiny networks only lose by more
