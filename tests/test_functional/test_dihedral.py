"""Dihedral transforms."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional import dihedral, inverse_dihedral


@pytest.mark.parametrize('k', range(8))
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.uint8])
def test_against_index_arithmetic_and_inverse(k, dtype):
    x = torch.arange(2 * 3 * 5).view(2, 3, 5).to(dtype)
    y = dihedral(x, k)
    assert y.dtype == dtype
    for row in range(3):
        for column in range(5):
            i = 2 - row if k & 2 else row
            j = 4 - column if k & 1 else column
            i, j = (j, i) if k & 4 else (i, j)
            assert y[:, i, j].equal(x[:, row, column])
    assert inverse_dihedral(y, k).equal(x)


def test_the_eight_symmetries_are_those_of_the_square():
    x = torch.arange(16).view(4, 4)
    found = {tuple(dihedral(x, k).flatten().tolist()) for k in range(8)}
    turned = [torch.rot90(y, turns) for turns in range(4) for y in (x, x.flip(0))]
    assert found == {tuple(y.flatten().tolist()) for y in turned}
    assert len(found) == 8


def test_dims_and_views():
    x = torch.arange(24).view(2, 3, 4, 1)
    assert dihedral(x, 5, dims=(1, 2)).equal(dihedral(x.squeeze(-1), 5).unsqueeze(-1))
    assert dihedral(x, 4).data_ptr() == x.data_ptr() == dihedral(x, 0).data_ptr()


@pytest.mark.parametrize('function', [dihedral, inverse_dihedral])
@pytest.mark.parametrize('k', [-1, 8])
def test_other_numbers_are_refused(function, k):
    with pytest.raises(ValueError, match='0 to 7'):
        function(torch.zeros(2, 2), k)
