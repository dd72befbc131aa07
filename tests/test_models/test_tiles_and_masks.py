"""Tiles inside of masks and sub-images, and what is told of large images."""

from __future__ import annotations

import warnings

import pytest
import torch
import torch.nn.functional as F
from remembering_net import MASKS, REFINEMENT, SUBIMAGES, Net, images, local_net

from mmrestore.models.inference import (
    Tile,
    batches,
    build_inference,
)
from mmrestore.models.inference.tile import tile_starts
from mmrestore.named_parts import named_parts


def valid_places(side, size, overlap, radius):
    """Where every tile of a side that covers a place shows all that the network sees from it."""
    valid = torch.ones(side, dtype=torch.bool)
    for start in tile_starts(side, size, overlap):
        if start > 0:
            valid[start : start + radius] = False
        if start + size < side:
            valid[start + size - radius : start + size] = False
    return valid


def test_tiles_next_to_the_network_have_the_masks_of_the_whole_image():
    """Away from the borders of tiles to 1e-13 in double precision; at these by more than 1e-3."""
    radius, x = 2, images(1, 3, 75, 90).double()
    tile = dict(type='Tile', size=16, overlap=6, batch_size=3)
    net = local_net(radius)
    outputs = {}
    for cfgs in ([MASKS, SUBIMAGES], [MASKS, SUBIMAGES, REFINEMENT]):
        for name, decorators in (
            ('whole', cfgs),
            ('inside', [tile, *cfgs]),
            ('outside', [*cfgs, tile]),
        ):
            torch.manual_seed(0)
            outputs[name, len(cfgs)] = build_inference(net, named_parts(decorators))(x)
    # Sub-images have 38 x 45 pixels.
    rows, columns = (valid_places(side, 16, 6, radius) for side in (38, 45))
    first = (rows[:, None] & columns).repeat_interleave(2, 0).repeat_interleave(2, 1)[:75]
    rows, columns = (valid_places(side, 16, 6, radius) for side in (75, 90))
    # A copy is right where all that the network sees of the first result is.
    wrong = F.max_pool2d((~first)[None].double(), 2 * radius + 1, 1, radius)[0] > 0
    second = ~wrong & rows[:, None] & columns
    for length, valid, share in ((2, first, 0.4), (3, second, 0.09)):
        whole, inside, outside = (outputs[n, length] for n in ('whole', 'inside', 'outside'))
        assert valid.double().mean() > share
        difference = (whole - inside).abs().amax(dim=(0, 1))
        assert difference[valid].max() < 1e-13 < 1e-3 < difference[~valid].max()
        assert (whole - outside)[..., valid].abs().max() > 1e-2


def test_nets_with_multiples_in_tiles_with_masks():
    """An odd image, smaller than a tile of sub-images on one side, for multiples of 8."""
    net = Net(lambda x: 3 * x + 1, size_multiple=8)
    cfgs = [dict(type='Tile', size=16, overlap=8), MASKS, SUBIMAGES]
    x = images(1, 3, 13, 75)
    assert build_inference(net, named_parts(cfgs))(x).equal(torch.ones_like(x))
    assert {tuple(seen.shape[-2:]) for seen in net.seen} == {(8, 16)}


def test_progress_is_shown_on_the_error_stream(capsys):
    x = images(1, 3, 20, 31)
    plain = Tile(Net(), size=8, overlap=2, batch_size=4)(x)
    assert capsys.readouterr() == ('', '')
    shown = Tile(Net(), size=8, overlap=2, batch_size=4, progress=True)(x)
    out, err = capsys.readouterr()
    assert shown.equal(plain) and out == ''
    num = len(tile_starts(20, 8, 2)) * len(tile_starts(31, 8, 2))
    assert f' 4/{num}' in err and f' {num}/{num}' in err and err.endswith('\n')


@pytest.mark.parametrize(
    'cfgs',
    [
        [MASKS | dict(max_pixels=200)],
        [MASKS | dict(max_pixels=200), SUBIMAGES, REFINEMENT | dict(max_pixels=200)],
        [SUBIMAGES, REFINEMENT | dict(max_pixels=200)],
    ],
)
def test_a_large_image_that_is_not_tiled_is_told_once(cfgs, monkeypatch):
    monkeypatch.setattr(batches, 'LARGE_IMAGE', 100)
    restore = build_inference(Net(), named_parts(cfgs))
    tiled = build_inference(Net(), named_parts([dict(type='Tile', size=8, overlap=2), *cfgs]))

    def told(net, x, *, training=False):
        with warnings.catch_warnings(record=True) as caught, torch.set_grad_enabled(training):
            warnings.simplefilter('default')
            for _ in range(2):
                net(x)
        return [str(warning.message) for warning in caught]

    x = images(2, 3, 14, 15)
    (text,) = told(restore, x)
    assert 'more than 100 pixels' in text and '--tile' in text and 'Tile' in text
    assert not told(restore, x[..., :14])  # 196 pixels each
    assert not told(restore, x, training=True)
    assert not told(tiled, x)
