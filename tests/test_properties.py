"""Properties that hold for all sizes, strides, seeds and draws, searched by Hypothesis."""

from __future__ import annotations

from itertools import islice
from unittest import mock

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mmrestore.datasets.sampler import ResumableSampler
from mmrestore.functional.complementary_masks import hide_pixels, join_branches, random_branches
from mmrestore.functional.masks import mask_vectors, random_mask
from mmrestore.functional.permutation import (
    invert_permutation,
    permute_pixels,
    random_permutation,
)
from mmrestore.functional.pixel_downsample import (
    from_mosaic,
    pixel_downsample,
    pixel_upsample,
    to_mosaic,
)
from mmrestore.functional.resize import contributions, resize
from mmrestore.models.inference import Tile
from mmrestore.models.inference.spans import TileSize, blend_weights, restored_rows, spans

# The same examples in every run, and no file of those that failed before.
settings.register_profile(
    'properties', derandomize=True, database=None, deadline=None, max_examples=50
)
settings.load_profile('properties')

sides = st.integers(1, 12)
seeds = st.integers(0, 2**31)


def images(num: int, channels: int, height: int, width: int, seed: int) -> Tensor:
    """Return images with distinct values, so that no two pixels can be confused."""
    numbers = torch.randperm(
        num * channels * height * width, generator=torch.Generator().manual_seed(seed)
    )
    return numbers.float().view(num, channels, height, width)


@given(st.integers(1, 3), st.integers(1, 3), sides, sides, st.booleans(), seeds)
def test_a_permutation_moves_every_pixel_once_and_its_inverse_moves_it_back(
    num, channels, height, width, together, seed
):
    x = images(num, channels, height, width, seed)
    generator = torch.Generator().manual_seed(seed)
    shape = (num, 1 if together else channels, height * width)
    permutation = random_permutation(*shape, generator=generator)
    moved = permute_pixels(x, permutation)
    assert moved.flatten(2).sort().values.equal(x.flatten(2).sort().values)
    assert permute_pixels(moved, invert_permutation(permutation)).equal(x)
    pairs = torch.stack([x, x + 0.5], dim=1)  # an input and its target stay pixel by pixel together
    both = permute_pixels(pairs, permutation)
    assert both[:, 1].equal(both[:, 0] + 0.5)


@given(st.integers(1, 3), st.integers(1, 3), sides, sides, st.integers(1, 4), st.integers(0, 3))
def test_pixel_downsampling_and_mosaics_lose_nothing(num, channels, rows, columns, stride, padding):
    x = images(num, channels, rows * stride, columns * stride, seed=0)
    apart = pixel_downsample(x, stride)
    for n in range(num):
        for dy in range(stride):
            for dx in range(stride):
                number = (n * stride + dy) * stride + dx
                assert apart[number].equal(x[n, :, dy::stride, dx::stride])
    assert pixel_upsample(apart, stride).equal(x)
    mosaic = to_mosaic(x, stride, padding=padding)
    assert from_mosaic(mosaic, stride, padding=padding).equal(x)
    assert mosaic.sum() == x.sum()


@given(st.integers(1, 2), st.integers(1, 3), sides, sides, st.floats(0, 1), seeds)
def test_a_mask_replaces_whole_vectors_and_only_those(num, channels, height, width, ratio, seed):
    x = images(num, channels, height, width, seed) + 1
    draws = torch.rand(num, height, width, generator=torch.Generator().manual_seed(seed))
    keep = random_mask(draws.shape, ratio, draws=draws)
    masked = mask_vectors(x, keep, channel_dim=1, token=-1.0)
    for n in range(num):
        for i in range(height):
            for j in range(width):
                expected = x[n, :, i, j] if draws[n, i, j] >= ratio else -torch.ones(channels)
                assert masked[n, :, i, j].equal(expected)


@given(st.integers(2, 5), st.booleans(), sides, sides, seeds)
def test_complementary_masks_hide_each_pixel_from_exactly_one_branch(
    num_branches, per_channel, height, width, seed
):
    x = images(2, 3, height, width, seed) + 1
    generator = torch.Generator().manual_seed(seed)
    branches = random_branches(
        x, num_branches=num_branches, per_channel=per_channel, generator=generator
    )
    seen = hide_pixels(x, branches, range(num_branches))
    assert ((seen == 0).sum(0) == 1).all()
    assert (seen + 0 == x).sum(0).eq(num_branches - 1).all()
    # A branch that adds what it is: every pixel comes from the branch that does not see it.
    outputs = [torch.full_like(x, branch) for branch in range(num_branches)]
    assert join_branches(outputs, branches).equal(branches.expand_as(x).float())


def local_net(x: Tensor) -> Tensor:
    """Return the sum of each pixel and its right and lower neighbors, 0 beyond the border."""
    y = x.clone()
    y[..., :-1] += x[..., 1:]
    y[..., :-1, :] += x[..., 1:, :]
    return y


local_net.scale, local_net.size_multiple = 1, 1


@given(st.integers(1, 40), st.integers(1, 40), st.integers(2, 9), st.integers(0, 3), st.data())
def test_tiles_with_a_halo_of_the_receptive_field_equal_the_whole(height, width, core, half, data):
    ramp = 2 * half if 2 * half <= core else 0
    halo = ramp + data.draw(st.integers(1, 4))
    size = TileSize(core=core, halo=halo, ramp=ramp)
    x = images(1, 2, height, width, seed=1) / 1000
    rows = restored_rows(local_net, lambda i, j: x[..., i, j], (height, width), size)
    restored = torch.cat([part for _, part in rows], dim=2)
    assert torch.allclose(restored, local_net(x), rtol=1e-5, atol=1e-5)


@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 4))
def test_the_weights_of_all_tiles_of_a_side_sum_to_one(length, core, half):
    size = TileSize(core=core, halo=2 * half, ramp=2 * half if 2 * half <= core else 0)
    side = spans(length, size)
    total = torch.zeros(length)
    for i, span in enumerate(side):
        total[span.first : span.last] += blend_weights(side, i)
    assert torch.allclose(total, torch.ones(length))


@given(st.integers(1, 30), st.integers(1, 30), st.integers(2, 12), st.data())
def test_overlapping_tiles_restore_a_pixelwise_network_exactly(height, width, size, data):
    def net(x: Tensor) -> Tensor:
        return 1 - x

    net.scale, net.size_multiple = 1, 1
    overlap = data.draw(st.integers(0, size - 1))
    x = images(2, 1, height, width, seed=2) / 4096
    assert Tile(net, size=size, overlap=overlap)(x).equal(1 - x)


kernels = st.sampled_from(['bicubic', 'bilinear', 'lanczos3'])


@given(sides, sides, sides, sides, kernels, st.booleans())
def test_resizing_keeps_constants_symmetry_and_linearity(
    height, width, new_height, new_width, kernel, antialias
):
    def resized(x: Tensor) -> Tensor:
        return resize(x, size=(new_height, new_width), kernel=kernel, antialias=antialias)

    x = images(1, 1, height, width, seed=3).double()
    y = images(1, 1, height, width, seed=4).double()
    assert torch.allclose(resized(torch.full_like(x, 7.0)), torch.tensor(7.0, dtype=x.dtype))
    assert torch.allclose(resized(x.flip(-1, -2)), resized(x).flip(-1, -2))
    assert torch.allclose(resized(2 * x + y), 2 * resized(x) + resized(y))
    assert torch.allclose(
        resize(x.mT, size=(new_width, new_height), kernel=kernel, antialias=antialias),
        resized(x).mT,
    )


@given(st.integers(1, 40), st.integers(1, 40), kernels, st.booleans())
def test_resizing_takes_pixels_of_the_image_with_weights_that_sum_to_one(
    length, new_length, kernel, antialias
):
    places, weights = contributions(length, new_length, new_length / length, kernel, antialias)
    assert places.min() >= 0 and places.max() < length
    assert torch.allclose(weights.sum(dim=1), torch.ones(new_length, dtype=weights.dtype))


@given(
    st.integers(1, 20),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 60),
    st.booleans(),
    seeds,
)
def test_ranks_share_one_stream_that_can_be_entered_anywhere(
    num_images, world_size, repeat, skipped, shuffle, seed
):
    repeat += world_size  # enough samples for all ranks
    data, length = range(num_images), 3 * num_images

    def sampler(rank: int, size: int) -> ResumableSampler:
        where = 'mmrestore.datasets.sampler.get_dist_info'
        with mock.patch(where, return_value=(rank, size)):
            return ResumableSampler(data, seed=seed, shuffle=shuffle, repeat=repeat)

    single = list(islice(sampler(0, 1), length * world_size))
    for first in range(0, len(single) - num_images + 1, num_images):  # every pass has all images
        numbers = [key.index for key in single[first : first + num_images]]
        assert sorted(numbers) == list(data)
    for rank in range(world_size):
        shared = list(islice(sampler(rank, world_size), length))
        assert shared == single[rank::world_size][:length]
        entered = sampler(rank, world_size)
        entered.skip(min(skipped, length))
        assert list(islice(entered, length - min(skipped, length))) == shared[skipped:]
