"""Targets made by a frozen teacher."""

from __future__ import annotations

import copy
import json

import pytest
import torch
import torch.nn.functional as F
from mmengine.registry import init_default_scope
from tiny_components import TinyNet

from mmrestore.apis.official import convert_official, known_architectures
from mmrestore.batch_transforms import TeacherTarget
from mmrestore.registry import MODELS
from mmrestore.structures import DataSample

SHIFTS = (0, 2, 5)


@MODELS.register_module()
class TinyShiftNet(TinyNet):
    """Add the shift to the output."""

    size_multiple = 4

    def multi_shift(self, x, shifts, *, border=0):
        y = self(x)[..., border : x.shape[-2] - border, border : x.shape[-1] - border]
        return torch.stack([y + shift for shift in shifts], dim=1)


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmrestore')


@pytest.fixture
def teacher(tmp_path):
    """A network and its checkpoint."""
    torch.manual_seed(0)
    net = TinyShiftNet().eval()
    weights = {f'backbone.{name}': value for name, value in net.state_dict().items()}
    torch.save({'state_dict': weights}, tmp_path / 'teacher.pth')
    return net, tmp_path / 'teacher.pth'


def transform(teacher, **options):
    defaults = dict(backbone=dict(type='TinyShiftNet'), checkpoint=teacher[1], padding=4)
    return TeacherTarget(**{**defaults, **options})


def images(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize('shifts', [None, SHIFTS])
@pytest.mark.parametrize('padding', [0, 2, 4])
def test_targets_are_those_of_the_padded_network(teacher, shifts, padding):
    x = images(2, 3, 8, 12)
    samples = DataSample(gt_img=x)
    y, taught = transform(teacher, shifts=shifts, padding=padding)(x, samples)
    with torch.no_grad():
        padded = F.pad(x, [padding] * 4, mode='reflect')
        expected = teacher[0](padded)[..., padding : padding + 8, padding : padding + 12]
    if shifts:
        expected = torch.stack([expected + shift for shift in shifts], dim=1)
    assert y is x and samples.gt_img is x
    torch.testing.assert_close(taught.gt_img, expected)
    assert not taught.gt_img.requires_grad and not taught.gt_img.is_inference()


@pytest.mark.parametrize('padding', [0, 3])
def test_an_upscaling_teacher_makes_upscaled_targets(tmp_path, padding):
    torch.manual_seed(0)
    config = dict(type='EDSR', channels=4, num_blocks=1, scale=4)
    net = MODELS.build(config).eval()
    torch.save(net.state_dict(), tmp_path / 'edsr.pth')
    x = images(2, 3, 6, 9)
    used = TeacherTarget(config, checkpoint=tmp_path / 'edsr.pth', padding=padding)
    _, taught = used(x, DataSample(gt_img=x))
    with torch.no_grad():
        expected = net(F.pad(x, [padding] * 4, mode='reflect'))
    expected = expected[..., 4 * padding : 4 * padding + 24, 4 * padding : 4 * padding + 36]
    assert taught.gt_img.shape == (2, 3, 24, 36)
    torch.testing.assert_close(taught.gt_img, expected)


def test_a_teacher_is_replaced_by_a_copy_of_the_student(teacher):
    torch.manual_seed(3)
    student, x = TinyShiftNet().eval(), images(1, 3, 8, 8)
    used = transform(teacher, padding=0)
    assert used.state_dict() == {}
    first = used.targets(x)
    used.replace(student.state_dict())
    expected = student(x).detach()
    torch.testing.assert_close(used.targets(x), expected)
    assert not expected.allclose(first, atol=1e-2)
    fresh = transform(teacher, checkpoint='is not looked for.pth', padding=0)
    fresh.replace(student.state_dict())
    with torch.no_grad():
        student.last.weight.zero_()
    torch.testing.assert_close(fresh.targets(x), expected, msg='it is a copy')
    assert not fresh.targets(x).requires_grad
    with pytest.raises(ValueError, match='becomes the teacher does not fit TinyShiftNet'):
        fresh.replace(TinyNet(width=7).state_dict())


def test_the_teacher_is_part_of_no_model(teacher):
    """It is in no state dict, is not trained and ignores the mode of the model."""
    model = MODELS.build(
        dict(type='Restorer', backbone=dict(type='TinyNet'), losses=dict(pixel=dict(type='L1Loss')))
    )
    keys = list(model.state_dict())
    used = transform(teacher)
    model.data_preprocessor.batch_transforms['teacher'] = used
    first = used.targets(images(1, 3, 8, 8))
    model.train()
    copied = copy.deepcopy(model)
    assert list(model.state_dict()) == list(copied.state_dict()) == keys
    assert len(list(model.parameters())) == 4
    assert used.targets(images(1, 3, 8, 8)).equal(first), 'no dropout acts in it'
    shared = copied.data_preprocessor.batch_transforms['teacher']
    assert shared is not used and shared._teacher is used._teacher, 'an average needs no other'
    used.replace({k: torch.zeros_like(v) for k, v in used.state_dict().items()})
    assert not used.targets(images(1, 3, 8, 8)).equal(first)
    assert shared.targets(images(1, 3, 8, 8)).equal(first)


def test_loading_changes_no_random_numbers(teacher):
    used = transform(teacher)
    torch.manual_seed(5)
    used.targets(images(1, 3, 8, 8))
    drawn = torch.rand(4)
    torch.manual_seed(5)
    assert torch.rand(4).equal(drawn)


def test_the_teacher_has_its_own_dtype(teacher):
    x = images(1, 3, 8, 8)
    exact = transform(teacher).targets(x)
    with torch.autocast('cpu', torch.bfloat16):  # the step of a student in mixed precision
        assert transform(teacher).targets(x).equal(exact)
    coarse = transform(teacher, dtype='bfloat16', shifts=(0,)).targets(x)[:, 0]
    assert coarse.dtype == torch.float32
    assert 0 < (coarse - exact).abs().max() < 0.02


def test_missing_weights_are_named(tmp_path):
    missing = TeacherTarget(dict(type='TinyNet'), checkpoint=tmp_path / 'none.pth', padding=4)
    with pytest.raises(FileNotFoundError, match=r'none\.pth: train the teacher first'):
        missing.targets(images(1, 3, 8, 8))


def test_weights_of_another_network_are_named(teacher):
    other = transform(teacher, backbone=dict(type='DnCNN', channels=4))
    with pytest.raises(ValueError, match=r'teacher\.pth does not fit DnCNN'):
        other.targets(images(1, 3, 8, 8))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(padding=-1), 'padding of at least 0'),
        (dict(dtype='int8'), 'float32, bfloat16, float16'),
        (dict(shifts=()), 'at least one number'),
        (dict(shifts=(1,), backbone=dict(type='TinyNet')), 'multi_shift.*TinyNet'),
    ],
)
def test_wrong_arguments_are_refused_when_built(teacher, options, message):
    with pytest.raises(ValueError, match=message):
        transform(teacher, **options)


def test_wrong_sizes_are_named(teacher):
    for padding in (3, 8):
        with pytest.raises(ValueError, match=rf'its padding, {padding}; .* of 4, got \(8, 8\)'):
            transform(teacher, padding=padding).targets(images(1, 3, 8, 8))


def test_targets_of_all_shifts_are_the_reference(shared, tmp_path):
    if 'AT-BSN' not in known_architectures():
        pytest.skip('AT-BSN is not there')
    path = shared / 'parity/networks/teacher_T_mid16'
    tensors = pytest.importorskip('safetensors.torch').load_file(path.with_suffix('.safetensors'))
    weights = {k[7:]: v for k, v in tensors.items() if k.startswith('weight.')}
    if not weights:
        path = shared / 'parity/networks/bsn_mid16_rgb'
        file = pytest.importorskip('safetensors.torch').load_file(path.with_suffix('.safetensors'))
        weights = {k[7:]: v for k, v in file.items() if k.startswith('weight.')}
    arguments = json.loads(path.with_suffix('.json').read_text())['arguments']
    net, weights = convert_official('AT-BSN', arguments, weights)
    torch.save(weights, tmp_path / 'teacher.pth')
    backbone = dict(type=type(net).__name__, channels=arguments['mid_channels'])
    teacher = TeacherTarget(backbone, checkpoint=tmp_path / 'teacher.pth', shifts=range(6))
    targets = teacher.targets(tensors['input'])
    expected = torch.stack([tensors[f'output_s{s}'] for s in range(6)], dim=1)
    assert (targets - expected).abs().max() < 1e-4 * expected.std()
