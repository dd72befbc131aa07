"""Every registered component is built and run by a test."""

from __future__ import annotations

import re
from pathlib import Path

from mmengine.registry import Registry

import mmrestore.engine
import mmrestore.evaluation
from mmrestore import registry

TESTS = Path(__file__).parent
# The tests of readers run all of them, see tests/test_models.
TESTED_AS_A_WHOLE = {registry.OFFICIAL, registry.OFFICIAL_FORMS}


def components() -> dict[str, type]:
    """Return the components of this package by name; those of tests and plugins are left out."""
    registries = [r for r in vars(registry).values() if isinstance(r, Registry)]
    return {
        name: component
        for each in registries
        if not any(each is left_out for left_out in TESTED_AS_A_WHOLE)
        for name, component in each.module_dict.items()
        if component.__module__.startswith('mmrestore.')
    }


def words_of_code(path: Path) -> set[str]:
    """Return the words of a file, without those of docstrings and comments."""
    code = re.sub(r'"""(.|\n)*?"""|#.*', '', path.read_text())
    return set(re.findall(r'\w+', code))


def test_a_test_names_every_registered_component():
    found = components()
    assert len(found) > 130
    named = {word for path in TESTS.rglob('*.py') for word in words_of_code(path)}
    # The runner registers these in every training, so that each test of a training runs them.
    named |= words_of_code(Path(mmrestore.engine.__file__).parent / 'runner.py')
    missing = sorted(f'{name} ({c.__module__})' for name, c in found.items() if name not in named)
    assert not missing, f'no test builds {", ".join(missing)}: write one that builds and runs it'


def test_docstrings_and_comments_do_not_count(tmp_path):
    file = tmp_path / 'test_it.py'
    file.write_text('"""Mentions Pad."""\nx = Tile  # not BlindSpot\n')
    assert words_of_code(file) == {'x', 'Tile'}
