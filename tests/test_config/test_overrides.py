"""Overrides as people type them."""

from __future__ import annotations

import pytest

from mmrestore.config.overrides import read_override, read_value, split_override, with_overrides

SETTINGS = {
    'train_dataloader': {'dataset': {'type': 'ImageFolder', 'root': 'data/a'}},
    'optim_wrapper': {'optimizer': {'type': 'Adam', 'lr': 1e-3, 'betas': (0.9, 0.99)}},
    'model': {'attachments': {'mask': {'type': 'TokenMask', 'layers': 'a.*', 'ratio': 0.5}}},
    'load_from': None,
}


@pytest.mark.parametrize(
    ('typed', 'expected'),
    [
        ('train_dataloader.dataset.root=my photos', 'my photos'),
        ('train_dataloader.dataset.root=a,b', 'a,b'),
        ('train_dataloader.dataset.root=2024_01', '2024_01'),
        ('train_dataloader.dataset.root=[old]', '[old]'),
        ('train_dataloader.dataset.root=1e5', '1e5'),
        ('train_dataloader.dataset.root=True', 'True'),
        ('train_dataloader.dataset.root="quoted"', 'quoted'),
        ('train_dataloader.dataset.root=it\'s "here"', 'it\'s "here"'),
        ('train_dataloader.dataset.root=a=b', 'a=b'),
        # By the annotation, for there is no value yet.
        ('train_dataloader.dataset.gt_root=2024_01', '2024_01'),
        ('train_dataloader.dataset.list_file=a b.txt', 'a b.txt'),
        ('train_dataloader.dataset.files=[1,kodim05]', [1, 'kodim05']),
        ('load_from=2024/a,b.pth', '2024/a,b.pth'),
        ('load_from=None', None),
        ('optim_wrapper.optimizer.lr=1e-4', 1e-4),
        ('optim_wrapper.optimizer.betas=0.5,0.9', [0.5, 0.9]),
        ('optim_wrapper.optimizer.betas=(0.5,0.9)', (0.5, 0.9)),
        ('optim_wrapper.optimizer.fused=true', True),
        ('model.attachments.mask.layers=[a,b.*.attn]', '[a,b.*.attn]'),
        ('model.attachments.mask.layers=["a","b.*.attn"]', ['a', 'b.*.attn']),
        ('model.attachments.mask.ratio=[0.7,0.8]', [0.7, 0.8]),
        ('custom_hooks=[dict(type="EMAHook")]', [{'type': 'EMAHook'}]),
        (
            "custom_hooks=[{'type': 'EMAHook', 'momentum': 1e-3}]",
            [{'type': 'EMAHook', 'momentum': 1e-3}],
        ),
        (
            'visualizer=dict(type="V",backends=[dict(type="L")])',
            {'type': 'V', 'backends': [{'type': 'L'}]},
        ),
        ('visualizer=dict(type="V")', {'type': 'V'}),
        (
            'visualizer={"type": "V", "backends": [{"type": "L"}]}',
            {'type': 'V', 'backends': [{'type': 'L'}]},
        ),
        ('model.x=-inf', -float('inf')),
    ],
)
def test_typed_values(typed, expected):
    assert read_override(SETTINGS, *split_override(typed)) == expected


def test_the_home_folder_is_expanded(monkeypatch):
    monkeypatch.setenv('HOME', '/home/me')
    assert read_override(SETTINGS, 'train_dataloader.dataset.root', '~/a b') == '/home/me/a b'
    assert read_override(SETTINGS, 'load_from', '~/x.pth') == '/home/me/x.pth'


@pytest.mark.parametrize(
    ('typed', 'message'),
    [
        (
            'optim_wrapper.optimizer.lr=fast',
            'lr=fast: expected a number, such as the present 0.001',
        ),
        ('custom_hooks=[dict(type="EMAHook"', r'cannot be read: write numbers as 0\.5, lists as'),
        ('custom_hooks=[open("x")]', 'cannot be read: write'),
        ('model.x=two words', 'text with spaces or brackets in quotes'),
        ('model.test_seed', 'expected KEY=VALUE, got'),
        ('=5', 'expected KEY=VALUE, got'),
    ],
)
def test_what_cannot_be_read_is_answered_with_how_to_write_it(typed, message):
    with pytest.raises(ValueError, match=message) as error:
        read_override(SETTINGS, *split_override(typed))
    assert '\n' not in str(error.value)


def test_nothing_is_executed(tmp_path):
    for text in ("__import__('os').system('x')", '(lambda: 1)()', '[x for x in y]', "f'{a}'"):
        with pytest.raises(ValueError, match='cannot be read'):
            read_value(text)


def test_deep_nesting_is_an_error_of_one_line():
    with pytest.raises(ValueError, match='cannot be read'):
        read_value('[' * 5000 + ']' * 5000)


def test_overrides_are_merged_and_the_settings_stay():
    settings = {'a': {'b': [{'c': 1}, 2], 'd': None}}
    changed = with_overrides(settings, {'a.b.0.c': 5, 'a.d.e': 6, 'f': 7, 'a.b': [3]})
    assert changed == {'a': {'b': [3], 'd': {'e': 6}}, 'f': 7}
    assert settings == {'a': {'b': [{'c': 1}, 2], 'd': None}}
    assert with_overrides(settings, {'a.b.0.c': 5})['a']['b'] == [{'c': 5}, 2]


@pytest.mark.parametrize(
    ('key', 'value', 'message'),
    [
        ('a.b.2', 1, 'a.b.2: expected one of the places 0 to 1 of a list'),
        ('a.b.c', 1, "expected one of the places 0 to 1 of a list, got 'c'"),
        ('a.n.x', 1, 'a.n.x: 3 has no settings to change'),
        ('a.maks', None, 'a.maks=None: the config has no such setting. Did you mean mask'),
        ('a.mask.0.x', 1, "a.mask.0.x: expected a name, one of type, got '0'"),
    ],
)
def test_keys_that_lead_nowhere(key, value, message):
    settings = {'a': {'b': [1, 2], 'n': 3, 'mask': {'type': 'A'}}}
    with pytest.raises(ValueError, match=message):
        with_overrides(settings, {key: value})
