"""Warnings about deprecated names."""

from __future__ import annotations

import importlib
import sys
import warnings

import pytest

from mmrestore import deprecation, functional
from mmrestore.deprecation import warn_deprecated
from mmrestore.functional import camera_pipeline, color, neighbor_masks, neighbors


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


@pytest.mark.parametrize(
    ('old', 'new', 'name', 'function'),
    [
        ('colour', 'color', 'rgb_to_y', color.rgb_to_y),
        ('neighbours', 'neighbors', 'take_pixels', neighbors.take_pixels),
        (
            *('neighbour_masks', 'neighbor_masks', 'neighbour_places'),
            neighbor_masks.neighbor_places,
        ),
    ],
)
def test_renamed_modules_are_importable(monkeypatch, old, new, name, function):
    monkeypatch.delitem(sys.modules, f'mmrestore.functional.{old}', raising=False)
    with pytest.warns(FutureWarning) as caught:
        module = importlib.import_module(f'mmrestore.functional.{old}')
    assert vars(module)[name] is function
    [warning] = caught
    assert f'functional.{old} is deprecated' in str(warning.message)
    assert str(warning.message).endswith(f'use mmrestore.functional.{new}')


@pytest.mark.parametrize(
    ('module', 'old', 'new'),
    [
        (functional, 'neighbour_places', neighbor_masks.neighbor_places),
        (camera_pipeline, 'apply_colour_matrix', camera_pipeline.apply_color_matrix),
    ],
)
def test_renamed_functions_are_importable(module, old, new):
    with pytest.warns(FutureWarning) as caught:
        exec(f'from {module.__name__} import {old} as first, {old} as second', found := {})
    assert found['first'] is found['second'] is new
    [warning] = caught
    assert str(warning.message).startswith(f'{module.__name__}.{old} is deprecated')
    assert str(warning.message).endswith(f'use {module.__name__}.{new.__name__}')


def test_unknown_attributes_of_modules_with_renamed_functions_are_errors():
    with pytest.raises(AttributeError, match=r"'mmrestore\.functional' has no attribute 'nothing'"):
        functional.nothing  # noqa: B018
