"""The sweep over blind spots."""

import pytest
import torch
from mmengine.registry import init_default_scope
from tiny_components import TinyImages
from torch import nn

from mmrestore.analysis.blind_spots import measure_shifts, shifted
from mmrestore.evaluation import PSNR
from mmrestore.functional import psnr
from mmrestore.models.restorers import Restorer
from mmrestore.registry import MODELS


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmrestore')


@MODELS.register_module()
class ShiftNet(nn.Module):
    """Adds a hundredth of its shift."""

    scale = size_multiple = 1

    def __init__(self) -> None:
        super().__init__()
        self.shift = 5
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return x + 0.01 * self.shift

    def multi_shift(self, x, shifts):
        return torch.stack([x + 0.01 * shift for shift in shifts], dim=1)


def test_every_shift_of_every_image():
    data = TinyImages(length=3, pair=True, size=12)
    restorer = Restorer(dict(type='ShiftNet'), losses={}).eval()
    plain = Restorer(dict(type='ShiftNet'), losses={}).eval()
    seen = []
    rows = measure_shifts(
        {'a': restorer, 'b': plain},
        data,
        [PSNR()],
        [0, 3],
        limit=2,
        progress=lambda: seen.append(1),
    )
    assert [(r.model, r.dataset, r.shift, r.blind_spot, r.images) for r in rows] == [
        ('a', 'tiny', 0, 0, 2),
        ('a', 'tiny', 3, 5, 2),
        ('b', 'tiny', 0, 0, 2),
        ('b', 'tiny', 3, 5, 2),
    ]
    assert len(seen) == 2 and restorer.backbone.shift == 5
    for row, shift in zip(rows, (0, 3, 0, 3), strict=True):
        values = []
        for i in range(2):
            noisy = data[i]['inputs'][None] / 255
            target = data[i]['data_samples'].gt_img[None] / 255
            values.append(psnr((noisy + 0.01 * shift).clamp(0, 1), target).item())
        assert row.values['PSNR'] == pytest.approx(sum(values) / 2)


def test_a_network_without_a_blind_spot_is_refused():
    message = 'TinyNet has no blind spot that can be set'
    plain = Restorer(dict(type='TinyNet'), losses={})
    with pytest.raises(ValueError, match=message), shifted(plain, 1):
        pass


def test_the_blind_spot_of_the_config_comes_back():
    inference = dict(blind_spot=dict(type='BlindSpot', shift=2), pad=dict(type='Pad', margin=2))
    restorer = Restorer(dict(type='ShiftNet'), losses={}, inference=inference)
    x = torch.rand(1, 3, 6, 7)
    with shifted(restorer, 7):
        assert torch.allclose(restorer.predictor(x), x + 0.07)
    assert torch.allclose(restorer.predictor(x), x + 0.02) and restorer.backbone.shift == 5
    with pytest.raises(RuntimeError), shifted(restorer, 1):
        raise RuntimeError
    assert torch.allclose(restorer.predictor(x), x + 0.02)


def test_images_without_targets_are_refused():
    restorer = Restorer(dict(type='ShiftNet'), losses={}).eval()
    with pytest.raises(ValueError, match='has no target'):
        measure_shifts({'a': restorer}, TinyImages(), [PSNR()], [1])
