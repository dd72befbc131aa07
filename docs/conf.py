"""Sphinx configuration: `pip install -e '.[docs]'`, `sphinx-build -W docs docs/_build`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

FOLDER = Path(__file__).parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]  # the modules below, and this mmrestore

from reference import GENERATED, plain_markup  # noqa: E402

from mmrestore.version import __version__ as release  # noqa: E402

REPOSITORY = 'https://github.com/mmrestore/mmrestore/blob/main'

project = 'mmrestore'
author = 'The mmrestore contributors'
copyright = author

extensions = ['myst_parser', 'sphinx.ext.autodoc', 'sphinx.ext.napoleon']
html_theme = 'furo'
html_title = f'mmrestore {release}'
exclude_patterns = ['_build']
myst_heading_anchors = 4
autodoc_typehints = 'signature'
autodoc_typehints_format = 'short'
add_module_names = False
# Types in signatures are those of PyTorch, NumPy and MMEngine, which have no pages here.
nitpick_ignore_regex = [('py:.*', '.*')]


def setup(app: Sphinx) -> None:
    """Connect the handlers."""
    app.connect('source-read', _complete)
    app.connect('autodoc-process-docstring', plain_markup, priority=100)  # before napoleon


def _complete(app: Sphinx, page: str, source: list[str]) -> None:
    """Add what would be noise where Markdown is read raw: contents, reference, full links."""
    if page == 'index':
        source[0] += _contents(source[0])
    if page in GENERATED:
        source[0] += '\n' + GENERATED[page]()
    source[0] = re.sub(r'\]\(\.\./', f']({REPOSITORY}/', source[0])


def _contents(index: str) -> str:
    """Return a table of contents for each section of the first page that lists pages."""
    trees = []
    for section in index.split('\n## ')[1:]:
        pages = re.findall(r'^- \[.+?\]\((\w+)\.md\)', section, re.MULTILINE)
        if pages:
            head = f':hidden:\n:caption: {section.splitlines()[0]}\n\n'
            trees.append(f'\n```{{toctree}}\n{head}' + '\n'.join(pages) + '\n```\n')
    return ''.join(trees)
