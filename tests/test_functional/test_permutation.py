"""Random permutations of pixels."""

from __future__ import annotations

from itertools import permutations

import pytest
import torch

from mmrestore.functional import invert_permutation, permute_pixels, random_permutation


def test_every_row_is_a_permutation_and_rows_differ():
    drawn = random_permutation(4, 3, 4096, generator=torch.Generator().manual_seed(0))
    assert drawn.shape == (4, 3, 4096) and drawn.dtype == torch.int64
    assert (drawn.sort(dim=-1).values == torch.arange(4096)).all()
    assert len({tuple(row.tolist()) for row in drawn.flatten(0, 1)}) == 12


def test_all_permutations_are_equally_frequent():
    """24000 draws of 4 elements: each of 24 has 1000 +- 5 standard deviations (31)."""
    drawn = random_permutation(24000, 4, generator=torch.Generator().manual_seed(0))
    codes = (drawn * torch.tensor([64, 16, 4, 1])).sum(dim=-1)
    for order in permutations(range(4)):
        code = sum(o * w for o, w in zip(order, (64, 16, 4, 1), strict=True))
        assert abs((codes == code).sum().item() - 1000) < 155


def test_a_generator_repeats_the_draw():
    first, second = (
        random_permutation(2, 9, generator=torch.Generator().manual_seed(3)) for _ in 'ab'
    )
    assert first.equal(second)
    torch.manual_seed(5)
    default = random_permutation(2, 9)
    torch.manual_seed(5)
    assert random_permutation(2, 9).equal(default)


@pytest.mark.parametrize(
    'dtype', [torch.float32, torch.float16, torch.bfloat16, torch.uint8, torch.bool]
)
@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('num_targets', [None, 4])
def test_permute_pixels_against_a_loop(dtype, channels, num_targets):
    shape = (2, 3, 5, 7) if num_targets is None else (2, num_targets, 3, 5, 7)
    x = torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(1)).to(dtype)
    permutation = random_permutation(2, channels, 35, generator=torch.Generator().manual_seed(2))
    moved = permute_pixels(x, permutation)
    assert moved.dtype == dtype and moved.shape == x.shape
    for n in range(2):
        for c in range(3):
            row = permutation[n, min(c, channels - 1)]
            for i, source in enumerate(row.tolist()):
                expected = x[n, ..., c, source // 7, source % 7]
                assert moved[n, ..., c, i // 7, i % 7].equal(expected)
    assert permute_pixels(moved, invert_permutation(permutation)).equal(x)


def test_invert_permutation_is_argsort():
    drawn = random_permutation(3, 2, 50, generator=torch.Generator().manual_seed(4))
    assert invert_permutation(drawn).equal(drawn.argsort(dim=-1))


@pytest.mark.parametrize('shape', [(2, 2, 35), (1, 3, 35), (2, 3, 34), (35,)])
def test_wrong_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r'expected a permutation of shape \(2, 3, 35\)'):
        permute_pixels(torch.zeros(2, 3, 5, 7), torch.zeros(shape, dtype=torch.int64))


def test_an_image_without_a_batch_is_refused():
    with pytest.raises(ValueError, match='expected images'):
        permute_pixels(torch.zeros(3, 5, 7), torch.zeros(3, 35, dtype=torch.int64))
    with pytest.raises(ValueError, match='number of elements'):
        random_permutation()
