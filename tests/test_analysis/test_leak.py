"""Whether outputs see what they are compared with: blind spots, masks, pairs, clean targets."""

from __future__ import annotations

import pytest
import torch
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from mmrestore.analysis import check_restorer, find_leaks
from mmrestore.batch_transforms import BlindSpotMask
from mmrestore.functional.seeding import seeded
from mmrestore.registry import BATCH_TRANSFORMS, MODELS
from mmrestore.structures import DataSample

ATBSN = {'type': 'ATBSN', 'channels': 4}
UNET = {'type': 'UNet', 'channels': 4}
DNCNN = {'type': 'DnCNN', 'in_channels': 3, 'channels': 4, 'num_layers': 3}
DOWNSAMPLE = {'type': 'PixelDownsample', 'stride': 2}


@MODELS.register_module()
class ZeroStart(nn.Module):
    """A blind network beside a branch that shows the pixel and starts at zero."""

    scale = size_multiple = 1

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Parameter(torch.zeros(1, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x.roll(1, -1) + self.gate * x


@MODELS.register_module()
class BatchMean(nn.Module):
    """A blind network behind batch norm, whose statistics see every pixel."""

    scale = size_multiple = 1

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(3)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x).roll(1, -1)


def restorer(backbone, transforms=None, **options):
    init_default_scope('mmrestore')
    torch.manual_seed(0)
    return MODELS.build(
        {
            'type': 'Restorer',
            'backbone': {'type': backbone} if isinstance(backbone, str) else backbone,
            'losses': {'pixel': {'type': 'L1Loss'}},
            'data_preprocessor': {
                'type': 'DataPreprocessor',
                'batch_transforms': {t['type']: t for t in transforms or ()},
            },
            **options,
        }
    )


def pairs(backbone, sampler):
    losses = {name: {'type': 'L1Loss'} for name in ('reconstruction', 'consistency')}
    return restorer(backbone, type='PairRestorer', sampler={'type': sampler}, losses=losses)


def check(model, target=None, size=(32, 64), **options):
    images = 0.25 + 0.5 * torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(1))
    return check_restorer(model, images, target, **options)


@pytest.mark.parametrize(
    ('backbone', 'leaks'),
    [
        (ATBSN, False),
        ({**ATBSN, 'blind_spot_shift': 0}, True),
        ({'type': 'DBSNl', 'channels': 16, 'num_modules': 3}, False),
        ({'type': 'DBSNl', 'channels': 16, 'num_modules': 3, 'dilated': False}, True),
        ({**UNET, 'blind_spot': True}, False),
        (UNET, True),
        (DNCNN, True),
        ('ZeroStart', True),
        ('BatchMean', False),
    ],
)
def test_targets_that_are_the_inputs(backbone, leaks):
    report = check(restorer(backbone))
    assert (report.num_elements, report.nothing) == (16, '')
    assert report.share == leaks
    assert (report.largest > 0) == leaks
    assert ('sees the noisy pixel that it is compared with' in str(report)) == leaks
    assert ('no leak' in str(report)) == (not leaks)


@pytest.mark.parametrize('backbone', [UNET, DNCNN], ids=lambda c: c['type'])
@pytest.mark.parametrize(
    'transforms',
    [
        [{'type': 'PixelMask'}],
        [{'type': 'PixelMask', 'num_branches': 4, 'per_channel': True}],
        [DOWNSAMPLE, {'type': 'PixelMask'}],
        [{**DOWNSAMPLE, 'mosaic': True, 'padding': 0}, {'type': 'PixelMask'}],
        [{'type': 'GaussianNoise', 'sigma': 25}, {'type': 'LateTarget'}, {'type': 'PixelMask'}],
    ],
    ids=['mask', 'channels', 'sub-images', 'mosaic', 'noise'],
)
def test_masked_pixels_are_hidden_from_any_network(backbone, transforms):
    report = check(restorer(backbone, transforms), size=(64, 64))
    assert (report.num_elements, report.num_leaking) == (16, 0)
    assert check(restorer(backbone, transforms[:-1]), size=(64, 64)).share == 1


@BATCH_TRANSFORMS.register_module()
class LateTarget:
    """Takes the target as NoisyTarget does; nothing is known of a plain callable."""

    def __call__(self, inputs, data_samples):
        samples = data_samples.new()
        samples.gt_img = inputs
        return inputs, samples


def test_targets_that_are_taken_after_the_mask_are_refused():
    transforms = [{'type': 'PixelMask'}, {'type': 'NoisyTarget'}]
    with pytest.raises(ValueError, match="put 'NoisyTarget' before 'PixelMask'"):
        restorer(UNET, transforms)
    transforms = [{'type': 'PixelMask'}, {'type': 'LateTarget'}]
    with pytest.raises(ValueError, match='NoisyTarget and other targets come before'):
        check_restorer(restorer(UNET, transforms), torch.rand(1, 3, 32, 32))


def test_a_mask_that_the_loss_does_not_know_leaks_at_what_is_left():
    mask = {'type': 'RandomPixelMask', 'ratio': 0.5}
    report = check(restorer(DNCNN, [mask]), num_elements=200)
    assert report.share == pytest.approx(0.5, abs=0.1)
    noisy = [{'type': 'GaussianNoise', 'sigma': 25}, {'type': 'NoisyTarget'}, mask]
    assert check(restorer(DNCNN, noisy), num_elements=50).share > 0.3


@pytest.mark.parametrize('window', [3, 11])
def test_noise2void_leaks_where_a_replaced_pixel_stands_for_another(window):
    """Of two masked pixels that are near, one may be replaced by what the other was."""
    transform = {'type': 'BlindSpotMask', 'cell': 2, 'window': window}
    net = {'type': 'DnCNN', 'in_channels': 3, 'channels': 8, 'num_layers': 6}  # sees 6 pixels away
    report = check(restorer(net, [transform]), size=(18, 20), num_elements=270)
    numbers = torch.arange(360.0).view(1, 1, 18, 20)
    with seeded(0):
        places, sample = BlindSpotMask(cell=2, window=window)(numbers, DataSample(gt_img=numbers))
    masked = sample.weight == 1
    shown = torch.isin(numbers[masked], places[masked])
    assert report.num_elements == 3 * masked.sum() == 270
    assert report.num_leaking == 3 * shown.sum() > 0


@pytest.mark.parametrize(
    ('backbone', 'sampler', 'leaks'),
    [
        (DNCNN, 'CellPixelSampler', False),
        (ATBSN, 'AdjacentPixelSampler', False),
        (DNCNN, 'AdjacentPixelSampler', True),
    ],
)
def test_pairs_of_noisy_images(backbone, sampler, leaks):
    """Cells do not overlap, windows do: only a blind spot hides what neighbours have picked."""
    report = check(pairs(backbone, sampler))
    assert report.num_elements == 16
    assert (report.num_leaking > 0) == leaks


def test_clean_targets_are_no_leak():
    noise = {'type': 'GaussianNoise', 'sigma': 25}
    shuffle = {'type': 'IntraPatchPixelShuffle'}
    mask = {'type': 'RandomPixelMask', 'ratio': 0.9}
    for transforms in ([noise], [noise, shuffle], [noise, mask]):
        report = check(restorer(DNCNN, transforms))
        assert report.num_elements == report.share == 0
        assert str(report) == (
            'the target is not made of the input: nothing to check; '
            "'GaussianNoise' adds noise to the inputs and not to the target"
        )
    report = check(restorer(DNCNN), torch.rand(1, 3, 32, 64))
    assert report.nothing == 'the data set has targets of its own'
    noisy = check(restorer(DNCNN, [{'type': 'LateTarget'}]), torch.rand(1, 3, 32, 64))
    assert noisy.share == 1


def test_several_targets_of_which_some_elements_are_noisy():
    y = torch.rand(1, 1, 6, 6, requires_grad=True)
    noisy = torch.zeros(1, 2, 1, 6, 6)
    noisy[:, 1, :, :3] = 1
    targets = noisy * y.unsqueeze(1)
    report = find_leaks(y.roll(1, -1) + y.detach(), targets, None, y, num_elements=18)
    assert (report.num_elements, report.num_leaking) == (18, 0)
    assert find_leaks(2 * y, targets, None, y).share == 1
    weight = 1 - noisy[:, 1]
    report = find_leaks(2 * y, targets, weight, y)
    assert report.nothing == 'no noisy pixel has a part in 36 elements with a weight'


def test_the_training_goes_through_decorators():
    decorators = {
        'masks': {'type': 'ComplementaryMasks'},
        'downsample': {'type': 'PixelDownsampled', 'stride': 2},
    }
    model = restorer(UNET, training_decorators=decorators)
    report = check(model, size=(64, 64))
    assert (report.num_elements, report.num_leaking) == (16, 0)


@pytest.mark.parametrize('blocked', [Tensor.detach, Tensor.round])
def test_a_network_without_gradients_is_not_called_free_of_leaks(blocked):
    y = torch.rand(1, 1, 4, 5, requires_grad=True)
    with pytest.raises(ValueError, match='no gradient leads from any of 16 outputs'):
        find_leaks(blocked(y), y, None, y)
    assert find_leaks(y.roll(1, -1), y, None, y).num_leaking == 0


def test_what_cannot_be_checked():
    with pytest.raises(TypeError, match='Linear does not tell what its losses compare'):
        check_restorer(nn.Linear(1, 1), torch.rand(1, 3, 8, 8))
    with pytest.raises(ValueError, match='change the size of the crop'):
        check(restorer(UNET), size=(32, 40))
