"""Attributes are read from base classes; names are given to getattr for foreign objects only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / 'mmrestore'


def literal_probes(text: str) -> list[int]:
    """Return the lines of calls of getattr and hasattr with a literal name."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ('getattr', 'hasattr')
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    ]


def without_reason(text: str) -> list[int]:
    """Return the lines of such calls without a comment on the line or on the one before it."""
    lines = text.splitlines()
    return [
        number
        for number in literal_probes(text)
        if ' # ' not in lines[number - 1]
        and not (number > 1 and lines[number - 2].lstrip().startswith('# '))
    ]


@pytest.mark.parametrize(
    ('text', 'wrong'),
    [
        ("x = getattr(net, 'scale', 1)", [1]),
        ("# any network\nx = getattr(net, 'scale', 1)", []),
        ("ok = hasattr(net, 'scale')  # any network", []),
        ('x = getattr(net, name)', []),
    ],
)
def test_what_is_looked_for(text, wrong):
    assert without_reason(text) == wrong


def test_names_given_to_getattr_have_a_reason_beside_them():
    files = sorted(PACKAGE.rglob('*.py'))
    assert len(files) > 200
    found = {
        str(file.relative_to(PACKAGE)): lines
        for file in files
        if (lines := without_reason(file.read_text()))
    }
    assert not found, 'read an attribute of a base class, or write the reason beside it'
