"""Intra-patch pixel shuffle."""

from __future__ import annotations

import pytest
import torch

from mmrestore.batch_transforms import IntraPatchPixelShuffle
from mmrestore.functional import permute_pixels, random_permutation
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


def batch(num=2, channels=3, height=5, width=7):
    """Images whose values name their places."""
    count = num * channels * height * width
    return torch.arange(count, dtype=torch.float32).view(num, channels, height, width)


@pytest.mark.parametrize('per_channel', [True, False])
@pytest.mark.parametrize('num_targets', [None, 4])
def test_inputs_targets_and_weights_move_together(per_channel, num_targets):
    x = batch()
    target = -x if num_targets is None else -x.unsqueeze(1).repeat(1, num_targets, 1, 1, 1)
    sample = DataSample(gt_img=target, weight=x + 0.5, metainfo={'path': ['a', 'b']})
    y, shuffled = IntraPatchPixelShuffle(per_channel=per_channel)(x, sample)
    expected = -y if num_targets is None else (-y).unsqueeze(1).expand_as(target)
    assert shuffled.gt_img.equal(expected)
    assert shuffled.weight.equal(y + 0.5)
    assert shuffled.path == ['a', 'b']
    # Every channel of every image keeps its values.
    assert y.flatten(2).sort(dim=-1).values.equal(x.flatten(2))
    assert not y.equal(x)
    assert x.equal(batch()) and sample.gt_img is target and sample.weight.equal(x + 0.5)


def test_whole_pixels_move_unless_per_channel():
    x = batch(2, 3, 16, 17)
    places = x % (16 * 17)
    together, _ = IntraPatchPixelShuffle(per_channel=False)(places, DataSample())
    assert together[:, :1].expand_as(together).equal(together)
    assert not together[0].equal(together[1])
    apart, _ = IntraPatchPixelShuffle()(places, DataSample())
    agree = (apart[:, 0] == apart[:, 1]).float().mean()
    assert agree < 0.05  # one pixel of an image agrees by chance


@pytest.mark.parametrize('per_channel', [True, False])
@pytest.mark.parametrize('shape', [(2, 1, 5, 7), (1, 1, 5, 7), (2, 1, 1, 1)])
def test_weights_are_spread_before_they_move(per_channel, shape):
    torch.manual_seed(0)
    x, weight = batch(), torch.rand(shape)
    marked = torch.stack([x, weight.expand_as(x)])
    y, shuffled = IntraPatchPixelShuffle(per_channel=per_channel)(x, DataSample(weight=weight))
    weight_of = dict(zip(marked[0].flatten().tolist(), marked[1].flatten().tolist(), strict=True))
    found = zip(y.flatten().tolist(), shuffled.weight.flatten().tolist(), strict=True)
    assert all(weight_of[value] == w for value, w in found)


def test_exact_for_a_given_draw_and_new_at_every_call():
    x = batch()
    torch.manual_seed(1)
    y, _ = IntraPatchPixelShuffle()(x, DataSample())
    torch.manual_seed(1)
    assert permute_pixels(x, random_permutation(2, 3, 35)).equal(y)
    assert not IntraPatchPixelShuffle()(x, DataSample())[0].equal(y)


def test_pixels_go_everywhere_equally_often():
    """3000 images: pixel 0 lands on each of 12 places 250 +- 5 standard deviations (15) times."""
    torch.manual_seed(0)
    x = torch.arange(12).view(1, 1, 3, 4).repeat(3000, 1, 1, 1)
    y, _ = IntraPatchPixelShuffle()(x, DataSample())
    counts = (y.flatten(2) == 0).sum(dim=(0, 1))
    assert (counts - 250).abs().max() < 5 * (3000 * 11 / 144) ** 0.5


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.uint8])
def test_dtype_is_kept(dtype):
    x = batch(1, 1, 3, 4).to(dtype)
    y, shuffled = IntraPatchPixelShuffle()(x, DataSample(gt_img=x))
    assert y.dtype == dtype and shuffled.gt_img.equal(y)


def test_targets_of_another_size_are_refused():
    sample = DataSample(gt_img=torch.zeros(2, 3, 10, 14))
    with pytest.raises(ValueError, match='not defined for super-resolution'):
        IntraPatchPixelShuffle()(batch(), sample)


def test_registered():
    assert not BATCH_TRANSFORMS.build(
        {'type': 'IntraPatchPixelShuffle', 'per_channel': False}
    ).per_channel
