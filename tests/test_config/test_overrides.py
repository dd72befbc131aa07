"""Typed overrides."""

from __future__ import annotations

import pytest

from mmrestore.config.merging import look_up
from mmrestore.config.overrides import (
    overridden,
    read_override,
    split_override,
    with_overrides,
)
from mmrestore.config.values import read_value

SETTINGS = {
    'train_dataloader': {'dataset': {'type': 'ImageFolder', 'root': 'data/a'}},
    'optim_wrapper': {'optimizer': {'type': 'Adam', 'lr': 1e-3, 'betas': (0.9, 0.99)}},
    'default_hooks': {'checkpoint': {'type': 'CheckpointHook', 'save_best': 'auto'}},
    'model': {
        'type': 'Restorer',
        'attachments': {'mask': {'type': 'TokenMask', 'layers': 'a.*', 'ratio': 0.5}},
    },
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
        ('train_dataloader.dataset.files=[001,kodim05]', ['001', 'kodim05']),
        ('load_from=2024/a,b.pth', '2024/a,b.pth'),
        ('load_from=None', None),
        ('optim_wrapper.optimizer.lr=1e-4', 1e-4),
        ('optim_wrapper.optimizer.betas=0.5,0.9', [0.5, 0.9]),
        ('optim_wrapper.optimizer.betas=(0.5,0.9)', (0.5, 0.9)),
        ('optim_wrapper.optimizer.fused=true', True),
        ('resume=no', False),
        ('resume=On', True),
        ('train_dataloader.drop_last=yes', True),
        ('train_dataloader.batch_size=8.0', 8),
        ('find_unused_parameters=off', False),
        ('model.compile=false', False),
        ('model.test_seed=None', None),
        ('default_hooks.checkpoint.save_best=[a/PSNR,b/SSIM]', ['a/PSNR', 'b/SSIM']),
        ('default_hooks.checkpoint.save_best=a/PSNR,b/SSIM', ['a/PSNR', 'b/SSIM']),
        ('default_hooks.checkpoint.save_best=a/PSNR', 'a/PSNR'),
        ('model.attachments.mask.layers=a{1,2}', 'a{1,2}'),
        # Inside of dictionaries the annotations of their type count.
        (
            'train_dataloader.dataset=dict(type=ImageFolder,root=2024_01,gt_root=data/test)',
            {'type': 'ImageFolder', 'root': '2024_01', 'gt_root': 'data/test'},
        ),
        ('train_dataloader.dataset=dict(root=1e5,files=[007])', {'root': '1e5', 'files': ['007']}),
        (
            'other.mine={type: ImageFolder, root: my photos (old), pipeline: [dict(type=Pad,x=1)]}',
            {
                'type': 'ImageFolder',
                'root': 'my photos (old)',
                'pipeline': [{'type': 'Pad', 'x': 1}],
            },
        ),
        (
            'other.mine=dict(type=ImageFolder,root=~x,name="a, b")',
            {'type': 'ImageFolder', 'root': '~x', 'name': 'a, b'},
        ),
        (
            'other.mine=dict(type=Unknown,path=data/test,b=./a.pth,)',
            {'type': 'Unknown', 'path': 'data/test', 'b': './a.pth'},
        ),
        ('other.mine=(1,)', (1,)),
        ('other.mine=(-.5)', -0.5),
        ('other.mine=[[],(),{},dict()]', [[], (), {}, {}]),
        ('other.mine=2024-01-02', '2024-01-02'),
        ('model.attachments.mask.layers=[a,b.*.attn]', ['a', 'b.*.attn']),
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
            'lr=fast: expected a number, such as the current 0.001, got the text',
        ),
        ('resume=maybe', "resume=maybe: expected True or False, got the text 'maybe'"),
        ('model.compile=2', 'model.compile=2: expected True or False, got 2'),
        ('model.test_seed=abc', "expected a whole number, got the text 'abc'"),
        ('train_dataloader.batch_size=3.5', 'expected a whole number, got 3.5'),
        ('optim_wrapper.optimizer.lr=true', 'lr=true: expected a number'),
        ('model=dict(test_seed=abc)', "expected a whole number, got the text 'abc'"),
        ('model.x=dict(a b=1)', 'cannot be read: write'),
        ('model.x=[1,,2]', 'cannot be read: write'),
        ('model.x={1: 2}', r'model\.x\.1: setting names must be text, got 1'),
        ('custom_hooks=[dict(type="EMAHook"', r'cannot be read: write numbers as 0\.5, lists as'),
        ('custom_hooks=[open("x")]', 'cannot be read: write'),
        ('model.x=two words', 'quote text other than a single word'),
        ('model.test_seed', 'expected KEY=VALUE, got'),
        ('=5', 'expected KEY=VALUE, got'),
    ],
)
def test_unreadable_values_are_answered_with_the_syntax(typed, message):
    with pytest.raises((ValueError, TypeError), match=message) as error:
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


def test_none_for_an_argument_that_the_config_does_not_state():
    for key in ('model.test_seed', 'optim_wrapper.optimizer.weight_decay', 'randomness.seed'):
        assert look_up(with_overrides(SETTINGS, {key: None}), key) is None
    with pytest.raises(ValueError, match=r'tset_seed=None: .*no such setting. Did you mean test'):
        with_overrides(SETTINGS, {'model.tset_seed': None})


def test_values_from_python_have_the_type_of_the_setting():
    assert overridden(SETTINGS, {'model.test_seed': None, 'resume': True})['resume'] is True
    for key, value in (('resume', 'no'), ('model.compile', 1), ('model.test_seed', 0.5)):
        with pytest.raises(ValueError, match=f'^{key}: expected .*, got'):
            overridden(SETTINGS, {key: value})


def test_overrides_are_applied_in_their_order():
    typed = ['model.a.b=1', 'model.a=dict(b=2,c=3)', {'model.a.b': 4}, 'model.d=yes']
    assert overridden({'model': {}}, typed)['model'] == {'a': {'b': 4, 'c': 3}, 'd': 'yes'}


@pytest.mark.parametrize(
    ('key', 'value', 'message'),
    [
        ('a.b.2', 1, 'a.b.2: expected a list index from 0 to 1'),
        ('a.b.c', 1, "expected a list index from 0 to 1, got 'c'"),
        ('a.n.x', 1, 'a.n.x: 3 has no settings; replace'),
        ('a.maks', None, 'a.maks=None: the config has no such setting. Did you mean mask'),
        ('a.mask.0.x', 1, "a.mask.0.x: expected a name, one of type, got '0'"),
    ],
)
def test_invalid_keys(key, value, message):
    settings = {'a': {'b': [1, 2], 'n': 3, 'mask': {'type': 'A'}}}
    with pytest.raises(ValueError, match=message):
        with_overrides(settings, {key: value})
