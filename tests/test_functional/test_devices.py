"""Results of every device agree with the CPU and stay on the device."""

from __future__ import annotations

import pytest
import torch

from mmrestore import functional
from mmrestore.batch_transforms import (
    BicubicDownsample,
    BlindSpotMask,
    CorrelatedGaussianNoise,
    GaussianNoise,
    IntraPatchPixelShuffle,
    JPEGCompression,
    MixtureNoise,
    PixelDownsample,
    PixelMask,
    PoissonNoise,
    Recharge,
    SaltAndPepperNoise,
    SpeckleNoise,
)
from mmrestore.functional.mixture_noise import MixtureDraws
from mmrestore.models.inference import Pad, SelfEnsemble, Tile, build_inference
from mmrestore.models.restorers import AdjacentPixelSampler, CellPixelSampler
from mmrestore.named_parts import named_parts
from mmrestore.structures import DataSample

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason='there is no GPU')


def images(seed=0):
    return torch.rand(2, 3, 21, 34, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize('function', [functional.psnr, functional.ssim])
def test_image_quality(function):
    values = function(images().cuda(), images(1).cuda(), channel='y')
    assert values.is_cuda and values.dtype == torch.float64
    torch.testing.assert_close(values.cpu(), function(images(), images(1), channel='y'))


def test_random_functions_draw_from_the_generator_of_the_device():
    draws = []
    for _ in range(2):
        generator = torch.Generator('cuda').manual_seed(0)
        permutation = functional.random_permutation(2, 3, 714, device='cuda', generator=generator)
        noise = functional.gaussian_noise(images().cuda(), 25, generator=generator)
        assert permutation.is_cuda and noise.is_cuda
        draws.append((permutation, noise))
    assert all(first.equal(second) for first, second in zip(*draws, strict=True))
    assert (draws[0][0].sort(dim=-1).values == torch.arange(714, device='cuda')).all()
    moved = functional.permute_pixels(images().cuda(), draws[0][0])
    assert moved.cpu().equal(functional.permute_pixels(images(), draws[0][0].cpu()))


def test_batch_transforms():
    x = images().cuda()
    y, sample = IntraPatchPixelShuffle()(x, DataSample(gt_img=x))
    assert y.is_cuda and y.equal(sample.gt_img)
    assert GaussianNoise((5, 50))(x, sample)[0].is_cuda


@pytest.mark.parametrize(
    'noise',
    [
        CorrelatedGaussianNoise((40, 60)),
        SpeckleNoise((0.01, 0.04), clip=True),
        PoissonNoise((1, 3.5)),
        SaltAndPepperNoise((0.1, 0.3)),
        JPEGCompression((30, 95)),
        MixtureNoise((1, 5)),
    ],
    ids=lambda noise: type(noise).__name__,
)
def test_noises(noise):
    x = images().cuda()
    y, sample = noise(x, DataSample(gt_img=x))
    assert y.is_cuda and sample.gt_img is x and x.cpu().equal(images())
    assert all(not y[n].equal(x[n]) for n in range(2))


def test_noises_of_given_draws():
    x, levels = images(), torch.tensor([2.0, 3.0])
    normal = torch.randn(x.shape, generator=torch.Generator().manual_seed(1))
    uniform, counts = images(2), torch.poisson(256 * x).long()
    draws = MixtureDraws(normal, counts, uniform, images(3))
    cases = [
        (functional.correlated_gaussian_noise, 20 * levels, {'noise': normal}),
        (functional.speckle_noise, levels / 100, {'uniform': uniform}),
        (functional.poisson_noise, levels, {'counts': counts}),
        (functional.salt_and_pepper_noise, levels / 10, {'uniform': uniform}),
        (functional.jpeg_compression, 20 * levels.int(), {}),
    ]
    for function, level, given in cases:
        moved = {name: draw.cuda() for name, draw in given.items()}
        y = function(x.cuda(), level.cuda(), **moved)
        torch.testing.assert_close(y.cpu(), function(x, level, **given), msg=function.__name__)
    x = x.double()  # single precision may round a byte to its neighbor
    y = functional.mixture_noise(
        x.cuda(), levels.cuda(), draws=MixtureDraws(*(draw.cuda() for draw in draws))
    )
    torch.testing.assert_close(y.cpu(), functional.mixture_noise(x, levels, draws=draws))
    assert functional.poisson_peak(x.cuda()).tolist() == functional.poisson_peak(x).tolist()


def test_pixels_of_given_draws():
    x = images()[..., :20, :]
    numbers = functional.random_choice(2, 20, 34, num_choices=72)
    cells = functional.random_choice(2, 10, 17, num_choices=8)
    cases = [
        *zip(
            *(functional.adjacent_pixel_places(n) for n in (numbers, numbers.cuda())), strict=True
        ),
        *zip(*(functional.cell_pixel_places(n) for n in (cells, cells.cuda())), strict=True),
        [functional.neighbor_places(n, window=5) for n in (numbers, numbers.cuda())],
    ]
    for places, on_gpu in cases:
        assert on_gpu.is_cuda and on_gpu.cpu().equal(places)
        taken = functional.take_pixels(x.cuda(), on_gpu)
        assert taken.cpu().equal(functional.take_pixels(x, places))
    targets, classes = torch.rand(2, 6, 3, 20, 34), numbers % 6
    recharged = functional.recharge(targets.cuda(), x.cuda(), classes.cuda())
    assert recharged.cpu().equal(functional.recharge(targets, x, classes))


def test_pixels_are_drawn_on_the_device():
    x = images()[..., :20, :].cuda()
    for sampler in (AdjacentPixelSampler(), CellPixelSampler()):
        assert all(places.is_cuda for places in sampler(x))
    y, sample = BlindSpotMask()(x, DataSample(gt_img=x))
    assert y.is_cuda and (y != x).any(1, keepdim=True).equal(sample.weight == 1)
    targets = DataSample(gt_img=torch.zeros(2, 4, 3, 20, 34, device='cuda'))
    recharged = Recharge()(x, targets)[1].gt_img
    assert (recharged.sum(dim=1) == x).all()
    counts = (recharged[:, :, 0] == x[:, :1]).sum(dim=(2, 3))
    assert (counts >= 170).all()


@pytest.mark.parametrize('scale', [0.25, 1 / 3, 3.0])
def test_resizing(scale):
    x = images()
    y = functional.resize(x.cuda(), scale=scale)
    torch.testing.assert_close(y.cpu(), functional.resize(x, scale=scale), atol=1e-6, rtol=0)
    bytes_ = (x * 255).round().byte()
    assert (
        functional.resize(bytes_.cuda(), scale=scale)
        .cpu()
        .equal(functional.resize(bytes_, scale=scale))
    )
    with torch.autocast('cuda', torch.float16):
        assert functional.resize(x.cuda(), scale=scale).equal(y)


def test_small_images_of_bytes_are_those_of_the_pipeline():
    x = (images()[..., :20, :32] * 255).round() / 255
    small, _ = BicubicDownsample(4)(x.cuda(), DataSample(gt_img=x.cuda()))
    expected, _ = BicubicDownsample(4)(x, DataSample(gt_img=x))
    assert small.is_cuda and small.cpu().equal(expected)


def test_inference():
    def net(x):
        return 2 * x

    net.scale, net.size_multiple = 1, 8
    x = images().cuda()
    restore = SelfEnsemble(Pad(Tile(net, size=16, overlap=8)))
    assert restore(x).is_cuda and restore(x).equal(2 * x)
    assert Pad(Tile(net, size=16, overlap=8, output_device='cpu'))(x).equal(2 * images())


def test_masks_and_sub_images():
    def net(x):
        return x + 1

    net.scale, net.size_multiple = 1, 8
    x = images().cuda()
    y, sample = PixelMask()(*PixelDownsample(1)(x, DataSample(gt_img=x)))
    assert y.is_cuda and y.equal(x * (1 - sample.weight))
    branches = functional.random_branches(x, num_branches=3)
    assert branches.is_cuda
    hidden = functional.hide_pixels(x, branches, range(3))
    assert hidden.cpu().equal(functional.hide_pixels(x.cpu(), branches.cpu(), range(3)))
    cfgs = [dict(type='ComplementaryMasks'), dict(type='PixelDownsampled', stride=5)]
    refined = build_inference(net, named_parts([*cfgs, dict(type='RandomReplacementRefinement')]))
    assert refined(x).is_cuda and refined(x).equal(torch.ones_like(x))
