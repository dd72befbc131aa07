"""Sphinx configuration: `pip install -r requirements/docs.txt`, `sphinx-build docs docs/_build`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGES = (
    'data_flow',
    'data',
    'noise',
    'strategies',
    'networks',
    'runs',
    'models',
    'metrics',
    'generalization',
    'analysis',
    'extending',
)

project = 'mmrestore'
author = 'The mmrestore contributors'
copyright = author
_version_file = Path(__file__).parents[1] / 'mmrestore' / 'version.py'
release = re.findall(r"'(.+)'", _version_file.read_text())[0]

extensions = ['myst_parser']
html_theme = 'furo'
exclude_patterns = ['_build']
myst_heading_anchors = 3
# Links to files of the repository beside docs/ lead somewhere only in a checkout.
suppress_warnings = ['myst.xref_missing']


def _add_contents(app: Any, docname: str, source: list[str]) -> None:
    """Give the first page a table of contents, which would be noise where Markdown is read raw."""
    if docname == 'index':
        source[0] += '\n```{toctree}\n:hidden:\n' + '\n'.join(PAGES) + '\n```\n'


def setup(app: Any) -> None:
    """Connect the handler."""
    app.connect('source-read', _add_contents)
