"""Exported models: what they hold, where they load, what is refused."""

from __future__ import annotations

import hashlib
import json
import sys

import pytest
import torch
from exit_status import exit_status
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from tiny_components import tiny_config

from mmrestore.apis import export, init_restorer
from mmrestore.apis.exporting import check
from mmrestore.apis.exporting.check import differences
from mmrestore.apis.exporting.metadata import weights_digest
from mmrestore.apis.exporting.network import ExportedNetwork, chosen_sizes, trace
from mmrestore.apis.recorded import file_metadata, recorded_config
from mmrestore.config import config_text
from mmrestore.models.backbones import DnCNN, NAFNet
from mmrestore.models.backbones.base import TunableBlindSpot
from mmrestore.models.inference.base import build_inference
from mmrestore.models.inference.exported_parts import split_for_export

NET = {'type': 'DnCNN', 'in_channels': 3, 'channels': 8, 'num_layers': 4}


def checkpoint(folder, name='epoch_2.pth', **model):
    """Write a checkpoint with its config in it, and return its place and its restorer."""
    config = tiny_config(folder)
    config.model.pop('data_preprocessor')
    config.model.update({'backbone': NET, **model})
    torch.manual_seed(0)
    restorer = init_restorer(config, device='cpu')
    with torch.no_grad():
        for parameter in restorer.parameters():
            parameter += 0.05 * torch.randn_like(parameter)
    meta = {'epoch': 2, 'iter': 20, 'cfg': config_text(config), 'versions': {'torch': '2.4'}}
    torch.save({'meta': meta, 'state_dict': restorer.state_dict()}, folder / name)
    return folder / name, restorer


def same_predictions(a, b):
    x = torch.rand(1, 3, 9, 14, generator=torch.Generator().manual_seed(3))
    first, second = (r(x, mode='predict')[0].pred_img for r in (a, b))
    return bool((first == second).all())


def test_a_model_in_one_file_is_loaded_without_its_config(tmp_path):
    path, restorer = checkpoint(tmp_path)
    found = {'iter': 20, 'file': 'epoch_2.pth', 'score': 30.0, 'metrics': {'tiny/PSNR': 30.0}}
    (tmp_path / 'validations.json').write_text(json.dumps({'best': {'tiny/PSNR': found}}))
    exported = export(path, tmp_path / 'model.safetensors', 'safetensors')
    assert exported.sha256 == hashlib.sha256(exported.path.read_bytes()).hexdigest()
    assert same_predictions(init_restorer(None, exported.path, device='cpu'), restorer)
    described = file_metadata(exported.path)
    expected = {'architecture': 'DnCNN', 'scale': '1', 'in_channels': '3', 'out_channels': '3'}
    assert {key: described[key] for key in expected} == expected
    assert json.loads(described['arguments'])['channels'] == 8
    assert json.loads(described['figures']) == {'tiny/PSNR': 30.0}
    assert json.loads(described['protocol'])['metrics'] == [{'type': 'PSNR'}]
    assert json.loads(described['training'])['iter'] == 20
    assert described['weights_sha256'] == weights_digest(restorer.backbone.state_dict())
    config = recorded_config(exported.path)
    assert 'work_dir' not in config and config.val_dataloader.batch_size == 1
    # and once more, from itself
    again = export(exported.path, tmp_path / 'again.safetensors', 'safetensors')
    assert load_file(again.path).keys() == load_file(exported.path).keys()
    assert file_metadata(again.path)['figures'] == described['figures']


def test_what_attachments_have_learned_is_in_the_file(tmp_path):
    token = {'type': 'TokenMask', 'layers': 'model.0', 'at': 'output', 'channel_dim': 1}
    token.update({'ratio': 0.5, 'token': 'learnable', 'channels': 8})
    path, restorer = checkpoint(tmp_path, attachments={'mask': token})
    exported = export(path, tmp_path / 'model.safetensors', 'safetensors')
    loaded = init_restorer(None, exported.path, device='cpu')
    ours, theirs = loaded.state_dict(), restorer.state_dict()
    assert ours.keys() == theirs.keys() and any(k.startswith('attachments.') for k in ours)
    assert all(ours[key].equal(value) for key, value in theirs.items())


def test_a_recorded_config_is_never_executed(tmp_path):
    path, _ = checkpoint(tmp_path)
    exported = export(path, tmp_path / 'model.safetensors', 'safetensors')
    with safe_open(exported.path, 'pt') as file:
        described = file.metadata()
    weights = load_file(exported.path)
    evil = tmp_path / 'evil.safetensors'
    mark = tmp_path / 'executed'
    for text in (f'x = open({str(mark)!r}, "w")', 'import os', 'model = dict(type="Restorer")'):
        save_file(weights, evil, {**described, 'config': text})
        with pytest.raises(ValueError, match='the recorded config cannot be read'):
            init_restorer(None, evil)
    assert not mark.exists()
    wanted = described['config'] + "custom_imports = {'imports': ['not_there']}\n"
    save_file(weights, evil, {**described, 'config': wanted})
    assert 'custom_imports' not in recorded_config(evil)
    save_file(weights, evil)
    with pytest.raises(ValueError, match='holds no config: give the one'):
        init_restorer(None, evil)
    torch.save(weights, tmp_path / 'released.pth')
    with pytest.raises(ValueError, match='holds no config: give the one with which it was trained'):
        init_restorer(None, tmp_path / 'released.pth')
    with pytest.raises(ValueError, match='give a config, a checkpoint'):
        init_restorer()


def test_a_program_holds_padding_and_metadata(tmp_path):
    net = {'type': 'NAFNet', 'channels': 4, 'encoder_depths': [1], 'decoder_depths': [1]}
    net['num_middle_blocks'] = 1
    path, restorer = checkpoint(tmp_path, backbone=net, inference={'pad': {'type': 'Pad'}})
    exported = export(path, tmp_path / 'model.pt2', 'torch-export')
    assert len(exported.differences) == 3
    assert max(each.relative for each in exported.differences) < 1e-5
    program = torch.export.load(exported.path).module()
    x = torch.rand(3, 3, 11, 7)
    ours = restorer(x[:1], mode='predict')[0].pred_img
    torch.testing.assert_close(program(x)[0].clamp(0, 1), ours, atol=1e-6, rtol=1e-5)
    assert file_metadata(exported.path)['size_multiple'] == '2'
    assert set(recorded_config(exported.path)) == {'model'}


def test_onnx_names_its_axes_and_holds_metadata(tmp_path):
    onnxruntime = pytest.importorskip('onnxruntime')
    path, restorer = checkpoint(tmp_path)
    exported = export(path, tmp_path / 'model.onnx', 'onnx')
    session = onnxruntime.InferenceSession(exported.path)
    (given,), (made,) = session.get_inputs(), session.get_outputs()
    assert (given.name, given.shape) == ('input', ['batch', 3, 'height', 'width'])
    assert (made.name, made.shape) == ('output', ['batch', 3, 'height', 'width'])
    x = torch.rand(2, 3, 21, 13)
    y = torch.from_numpy(session.run(None, {'input': x.numpy()})[0])
    torch.testing.assert_close(y, restorer.backbone(x), atol=1e-5, rtol=1e-4)
    assert file_metadata(exported.path)['architecture'] == 'DnCNN'
    assert recorded_config(exported.path).model.backbone.channels == 8


def test_float16_and_one_size(tmp_path):
    onnxruntime = pytest.importorskip('onnxruntime')
    path, restorer = checkpoint(tmp_path)
    exported = export(path, tmp_path / 'model.onnx', 'onnx', half=True, static=(20, 36))
    assert [each.size for each in exported.differences] == [(1, 20, 36)]
    (given,) = onnxruntime.InferenceSession(exported.path).get_inputs()
    assert (given.type, given.shape) == ('tensor(float16)', [1, 3, 20, 36])
    assert 1e-5 < exported.differences[0].relative < 1e-2
    assert next(restorer.backbone.parameters()).dtype == torch.float32


def test_official_files_are_read_by_spandrel(tmp_path):
    spandrel = pytest.importorskip('spandrel')
    path, restorer = checkpoint(tmp_path)
    x = torch.rand(1, 3, 16, 24)
    for name in ('model.safetensors', 'model.pth'):
        exported = export(path, tmp_path / name, 'official')
        found = spandrel.ModelLoader('cpu').load_from_file(exported.path)
        assert found.architecture.id == 'DnCNN'
        torch.testing.assert_close(found.model.eval()(x), restorer.backbone(x))
        assert exported.differences and not exported.notes


# What happens around the network at test


class Shifted(TunableBlindSpot):
    """A network whose output tells its shift."""

    shift = 5

    def forward(self, x):
        return x.roll(self.shift, -1) * self.shift

    def multi_shift(self, x, shifts, *, border=0):
        raise NotImplementedError


def test_what_draws_random_numbers_is_left_out_and_named(tmp_path):
    parts = {
        'local': {'type': 'PixelDownsampled', 'stride': 2},
        'tile': {'type': 'Tile', 'size': 32, 'overlap': 8},
        'refine': {'type': 'RandomReplacementRefinement', 'copies': 2},
        'ensemble': {'type': 'SelfEnsemble'},
    }
    held, left_out = split_for_export(parts)
    assert list(held) == ['local'] and list(left_out) == ['tile', 'refine', 'ensemble']
    assert [list(found) for found in split_for_export(None)] == [[], []]
    path, restorer = checkpoint(tmp_path, inference=parts)
    exported = export(path, tmp_path / 'model.pt2', 'torch-export')
    assert [note.split()[0] for note in exported.notes] == list(left_out)
    assert json.loads(file_metadata(exported.path)['inference'])['left_out'].keys() == set(left_out)
    x = torch.rand(1, 3, 13, 21)
    expected = build_inference(restorer.backbone, held)(x)
    y = torch.export.load(exported.path).module()(x)
    torch.testing.assert_close(y, expected, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    ('net', 'parts'),
    [
        (Shifted(), {'spot': {'type': 'BlindSpot', 'shift': 1}}),
        (DnCNN(3, channels=4, num_layers=2), {'ensemble': {'type': 'SelfEnsemble'}}),
        (
            DnCNN(3, channels=4, num_layers=2),
            {'mosaic': {'type': 'PixelDownsampled', 'stride': 2, 'mosaic': True}},
        ),
        (
            NAFNet(3, channels=4, encoder_depths=[1], num_middle_blocks=1, decoder_depths=[1]),
            {'local': {'type': 'LocalStatistics', 'train_size': 32}},
        ),
        (DnCNN(3, channels=4, num_layers=2), {'pad': {'type': 'Pad', 'margin': 3}}),
        (
            NAFNet(3, channels=4, encoder_depths=[1], num_middle_blocks=1, decoder_depths=[1]),
            {'pad': {'type': 'Pad', 'mode': 'symmetric'}},
        ),
    ],
    ids=lambda x: next(iter(x)) if isinstance(x, dict) else '',
)
def test_decorators_are_exported_for_every_size(net, parts):
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
    exported = ExportedNetwork(net.eval(), parts).eval()
    sizes = chosen_sizes(max(net.size_multiple, 16))
    run = trace(exported, sizes).module()
    found = differences(exported, run, sizes.tried, channels=3)
    assert max(each.relative for each in found) < 2e-5


# What is refused


def test_weights_in_half_precision_become_float32_again(tmp_path):
    path, restorer = checkpoint(tmp_path)
    whole = export(path, tmp_path / 'whole.safetensors', 'safetensors')
    half = export(path, tmp_path / 'half.safetensors', 'safetensors', half=True)
    assert half.path.stat().st_size < whole.path.stat().st_size
    dtypes = {tensor.dtype for tensor in load_file(half.path).values()}
    assert dtypes == {torch.float16, torch.int64}  # batch norm counts its batches
    loaded = init_restorer(None, half.path, device='cpu')
    for exact, rounded in zip(restorer.parameters(), loaded.parameters(), strict=True):
        assert rounded.dtype == torch.float32
        assert rounded.equal(exact.half().float())
    described = file_metadata(half.path)
    assert described['weights_sha256'] == weights_digest(loaded.backbone.state_dict())
    assert 0 < half.differences[0].relative < check.HALF_LIMIT


def test_weights_too_large_for_half_precision_are_refused(tmp_path):
    path, _ = checkpoint(tmp_path)
    content = torch.load(path, weights_only=True)
    content['state_dict']['backbone.model.0.weight'] *= 1e6
    torch.save(content, path)
    with pytest.raises(ValueError, match='float16 differs from PyTorch'):
        export(path, tmp_path / 'half.safetensors', 'safetensors', half=True)
    assert not (tmp_path / 'half.safetensors').exists()


def test_random_numbers_inside_the_network_are_refused(tmp_path):
    mask = {'type': 'TokenMask', 'layers': 'model.2', 'ratio': 0.5, 'in_test': True}
    path, _ = checkpoint(tmp_path, attachments={'mask': {**mask, 'channel_dim': 1}})
    message = 'mask of the attachments draw .*--cfg-options model.attachments.mask=None'
    for form, name in (('onnx', 'a.onnx'), ('torch-export', 'a.pt2'), ('official', 'a.pth')):
        with pytest.raises(ValueError, match=message):
            export(path, tmp_path / name, form)
    export(path, tmp_path / 'a.pt2', 'torch-export', overrides=['model.attachments.mask=None'])
    export(path, tmp_path / 'a.safetensors', 'safetensors')


@pytest.mark.parametrize(
    ('form', 'name', 'options', 'message'),
    [
        ('onnx', 'a.pt2', {}, 'expected a file name in .onnx for onnx, got'),
        ('onxx', 'a.onnx', {}, "expected a form of safetensors, onnx, .*got 'onxx'"),
        ('official', 'a.pth', {'half': True}, 'float16 is of safetensors, onnx, torch-export, not'),
        ('safetensors', 'a.safetensors', {'static': (8, 8)}, 'is of onnx and torch-export, not of'),
        ('official', 'a.pth', {'static': (8, 8)}, 'is of onnx and torch-export, not of official'),
        ('torch-export', 'a.pt2', {'static': (0, 8)}, 'a height and a width of 1 or more'),
        ('onnx', 'epoch_2.pth/a.onnx', {}, 'must be a folder that can be written to'),
    ],
)
def test_what_cannot_be_is_refused_first(tmp_path, form, name, options, message):
    (tmp_path / 'epoch_2.pth').write_bytes(b'')  # it is not read
    with pytest.raises(ValueError, match=message):
        export(tmp_path / 'epoch_2.pth', tmp_path / name, form, **options)


def test_a_model_that_differs_is_not_written(tmp_path, monkeypatch):
    path, _ = checkpoint(tmp_path)
    monkeypatch.setattr(check, 'LIMIT', -1.0)
    with pytest.raises(ValueError, match=r'program differs from PyTorch by .*is not written'):
        export(path, tmp_path / 'a.pt2', 'torch-export')
    assert not (tmp_path / 'a.pt2').exists()


def test_values_that_are_not_finite_differ():
    found = differences(torch.nn.Identity(), lambda x: x * float('nan'), [(1, 8, 8)], channels=1)
    with pytest.raises(ValueError, match='differs from PyTorch by nan'):
        check.check_differences(found, what='it')


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    path, _ = checkpoint(tmp_path)
    for form, name, module in (('onnx', 'a.onnx', 'onnx'), ('official', 'a.pth', 'spandrel')):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ImportError, match=r"pip install 'mmrestore\[export\]'"):
            export(path, tmp_path / name, form)


@pytest.mark.parametrize(
    'is_large', [lambda x: x.shape[3] > 100, lambda x: x.shape[2] * x.shape[3] > 10_000]
)
def test_a_network_that_depends_on_the_size_is_refused(is_large):
    """The size that is traced and those that are tried are all small."""

    class BySize(torch.nn.Module):
        scale = size_multiple = 1
        in_channels = 3

        def forward(self, x):
            return 2 * x if is_large(x) else x

    net = ExportedNetwork(BySize(), {})
    with pytest.raises(ValueError, match=r'BySize cannot be exported for any size.*--static HxW'):
        trace(net, chosen_sizes(1))
    trace(net, chosen_sizes(1, (20, 30)), dynamic=False)


def test_a_network_that_cannot_be_traced_is_refused_with_the_reason():
    class Branches(torch.nn.Module):
        scale = size_multiple = 1
        in_channels = 3

        def forward(self, x):
            return x if x.mean() > 0 else -x

    net = ExportedNetwork(Branches(), {})
    with pytest.raises(ValueError, match=r'Branches cannot be exported for any size: .*data'):
        trace(net, chosen_sizes(1))


# The command


def test_the_command_says_what_it_wrote(tmp_path, capsys):
    masks = {'target': {'type': 'NoisyTarget'}, 'mask': {'type': 'PixelMask'}}
    path, _ = checkpoint(
        tmp_path,
        inference={'masks': {'type': 'ComplementaryMasks'}},
        data_preprocessor={'type': 'DataPreprocessor', 'batch_transforms': masks},
    )
    out = tmp_path / 'a.pt2'
    assert exit_status('export', path, '--to', 'torch-export', '--output', out) == 0
    printed = capsys.readouterr().out
    assert printed.count('differs from PyTorch by') == 3
    assert 'note: masks (ComplementaryMasks) is not part of the exported model' in printed
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    assert f'{out} written, SHA-256 {digest}' in printed
    words = ('export', path, '--to', 'torch-export', '--output', tmp_path / 'a.onnx')
    assert exit_status(*words) == 1
    assert 'expected a file name in .pt2 for torch-export' in capsys.readouterr().err
    assert exit_status(*words[:-1], tmp_path / 'b.pt2', '--static', '8by8') == 2
