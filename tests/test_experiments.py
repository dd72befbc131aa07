"""The experiments of the repository can be read, and keep apart what they must."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmrestore.analysis.comparing import read_experiment

FOLDER = Path(__file__).parents[1] / 'experiments'
FILES = [path for path in sorted(FOLDER.glob('*/*.py')) if '\narms = dict(' in path.read_text()]


def names(file: str) -> set[str]:
    """Return the names in a list of images."""
    lines = (FOLDER / 'lists' / file).read_text().splitlines()
    return {line for line in lines if not line.startswith('#')}


@pytest.mark.parametrize('file', FILES, ids=lambda path: path.stem)
def test_every_experiment_is_read_and_described(file):
    experiment = read_experiment(file)
    assert experiment.fixed and len(experiment.seeds) >= 3
    assert file.stem in (file.parent / 'README.md').read_text()


def test_photographs_that_are_set_apart_are_trained_on_nowhere():
    apart = names('set_apart.txt')
    trained = [names(f'{name}.txt') for name in ('bsds50', 'bsds388', 'synthetic', 'real', 'clean')]
    assert len(apart) == 12 and not any(apart & each for each in trained)
    fifty, all_others, synthetic, real, clean = trained
    assert len(fifty) == 50 and fifty < all_others and synthetic | real | clean == all_others
    assert not (synthetic & real or synthetic & clean or real & clean)
