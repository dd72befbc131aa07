"""Files of the repository that no other test reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from mmrestore.version import __version__

REPOSITORY = Path(__file__).parents[1]
FOLDERS = ('.github', 'configs', 'mmrestore', 'tests')
YAML = sorted(
    path
    for folder in FOLDERS
    for suffix in ('yml', 'yaml', 'cff')
    for path in (REPOSITORY / folder).rglob(f'*.{suffix}')
)
YAML += [REPOSITORY / name for name in ('.pre-commit-config.yaml', 'CITATION.cff')]


@pytest.mark.parametrize('path', YAML, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_yaml_parses(path):
    assert yaml.safe_load(path.read_text(encoding='utf-8'))


def test_pyproject_parses():
    tomllib = pytest.importorskip('tomllib')  # part of Python since 3.11
    settings = tomllib.loads((REPOSITORY / 'pyproject.toml').read_text(encoding='utf-8'))
    groups = settings['tool']['setuptools']['dynamic']['optional-dependencies']
    files = {REPOSITORY / group['file'] for group in groups.values()}
    assert files == set((REPOSITORY / 'requirements').glob('*.txt')) - {
        REPOSITORY / 'requirements' / 'runtime.txt'
    }


def test_the_citation_names_this_version_and_license():
    citation = yaml.safe_load((REPOSITORY / 'CITATION.cff').read_text(encoding='utf-8'))
    required = {'cff-version', 'message', 'title', 'type', 'authors', 'version', 'license'}
    assert required <= citation.keys()
    assert citation['version'] == __version__
    assert citation['license'] == 'Apache-2.0'
    assert all(author.keys() <= {'name', 'website'} for author in citation['authors'])


def test_the_changelog_begins_with_what_is_unreleased_or_this_version():
    text = (REPOSITORY / 'CHANGELOG.md').read_text(encoding='utf-8')
    titles = re.findall(r'^## +\[?([^\]\n ]+)', text, re.MULTILINE)
    assert titles[0] in ('Unreleased', __version__)
