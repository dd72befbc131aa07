"""Every device gives what the CPU gives, and keeps its tensors to itself."""

from __future__ import annotations

import pytest
import torch

from mmrestore import functional
from mmrestore.batch_transforms import GaussianNoise, IntraPatchPixelShuffle
from mmrestore.models.inference import Pad, SelfEnsemble, Tile
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


def test_inference():
    def net(x):
        return 2 * x

    net.scale, net.size_multiple = 1, 8
    x = images().cuda()
    restore = SelfEnsemble(Pad(Tile(net, size=16, overlap=8)))
    assert restore(x).is_cuda and restore(x).equal(2 * x)
    assert Pad(Tile(net, size=16, overlap=8, output_device='cpu'))(x).equal(2 * images())
