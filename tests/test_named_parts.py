"""Model parts keyed by name, and the list form of earlier versions."""

from __future__ import annotations

import pytest

from mmrestore import deprecation
from mmrestore.named_parts import named_parts, read_parts, snake_case


def test_lists_are_named_by_type_and_keep_their_order():
    parts = [
        dict(type='Tile'),
        dict(type='PixelDownsampled', stride=2),
        dict(type='mmrestore.Tile'),
    ]
    named = named_parts(parts, taken=['tile_2'])
    assert list(named) == ['tile', 'pixel_downsampled', 'tile_3']
    assert [*named.values()] == parts
    assert list(named_parts([dict(type='Pad')], taken=['pad'])) == ['pad_2']


def test_configs_by_name_are_unchanged():
    parts = dict(pad=dict(type='Pad'), mean=None)
    assert named_parts(parts) == parts and named_parts(parts) is not parts
    assert named_parts(None) == named_parts([]) == {}


def test_a_refinement_without_copies_is_omitted():
    kind = 'RandomReplacementRefinement'
    assert named_parts([dict(type=kind, copies=0), dict(type='Pad')]) == dict(pad=dict(type='Pad'))
    assert list(named_parts([dict(type=kind, copies=8)])) == ['random_replacement_refinement']


@pytest.mark.parametrize('wrong', ['pad', 3, [dict(size=3)], ['Pad']])
def test_other_forms_are_refused(wrong):
    with pytest.raises(TypeError, match='expected'):
        named_parts(wrong)


def test_the_warning_shows_the_new_form(monkeypatch, recwarn):
    monkeypatch.setattr(deprecation, '_warned', set())
    read_parts([], 'inference')
    read_parts(dict(pad=None), 'inference')
    assert not recwarn
    with pytest.warns(FutureWarning, match=r'use training_decorators=dict\(pad=\.\.\.\)'):
        read_parts([dict(type='Pad')], 'training_decorators')


def test_names_of_classes():
    names = [snake_case(n) for n in ('ComplementaryMasks', 'Pad', 'MeanOfRuns', 'TLC')]
    assert names == ['complementary_masks', 'pad', 'mean_of_runs', 'tlc']
