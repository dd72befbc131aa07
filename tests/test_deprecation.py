"""Warnings about deprecated names."""

from __future__ import annotations

import warnings

import pytest

from mmrestore import deprecation
from mmrestore.deprecation import warn_deprecated


@pytest.fixture(autouse=True)
def _nothing_warned_yet(monkeypatch):
    monkeypatch.setattr(deprecation, '_warned', set())


def old_function(name='old'):
    warn_deprecated(name, 'new', since='0.2', removed='0.4')


def test_each_text_is_warned_of_once_at_the_line_of_the_caller():
    with pytest.warns(FutureWarning) as caught:
        for name in ('old', 'old', 'older', 'old'):
            old_function(name)
    assert [str(w.message).split(' is ')[0] for w in caught] == ['old', 'older']
    assert all(w.filename == __file__ for w in caught)


def test_the_text_names_the_replacement_and_both_versions():
    with pytest.warns(
        FutureWarning, match=r'^old is deprecated since mmrestore 0\.2 .* in 0\.4: use new$'
    ):
        old_function()


def test_python_shows_it_by_default():
    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()
        warnings.simplefilter('ignore', DeprecationWarning)  # Python's own default filter
        old_function()
    assert len(caught) == 1
