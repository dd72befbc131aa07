"""Packaging beyond pyproject.toml: configs inside the package, absolute README links for PyPI."""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import find_packages, setup

HOME = 'https://github.com/mmrestore/mmrestore'
HERE = Path(__file__).parent


def with_absolute_links(text: str) -> str:
    """Return a Markdown page whose links to files of the repository are absolute."""
    text = re.sub(r'(!\[[^\]]*\]\()(?!https?:|#)', rf'\g<1>{HOME}/raw/main/', text)
    return re.sub(r'((?<!!)\[[^\]]*\]\()(?!https?:|#)', rf'\g<1>{HOME}/blob/main/', text)


# The folder `configs` at the top of the repository is `mmrestore/configs` in an installed package.
setup(
    packages=[*find_packages(include=['mmrestore', 'mmrestore.*']), 'mmrestore.configs'],
    package_dir={'mmrestore.configs': 'configs'},
    package_data={
        'mmrestore': ['py.typed', 'apis/*.yml', 'weights/*'],
        'mmrestore.configs': ['**/*.py', '**/*.txt', '**/*.md', '**/*.yml'],
    },
    long_description=with_absolute_links((HERE / 'README.md').read_text(encoding='utf-8')),
    long_description_content_type='text/markdown',
)
