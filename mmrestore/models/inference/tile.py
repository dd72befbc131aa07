"""Tiled inference with a fixed tile size and overlap."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from itertools import product
from typing import Any

import torch
from mmengine.utils import ProgressBar
from torch import Tensor

from mmrestore.models.backbones.base import facts
from mmrestore.models.inference.base import InferenceDecorator, Network
from mmrestore.models.inference.local_statistics import has_global_means
from mmrestore.models.inference.pad import Pad
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class Tile(InferenceDecorator):
    """Restore tiles of one size and blend them over their overlap.

    The last tile of a row or column is moved inwards, so every tile has the full size; a side
    shorter than a tile is taken whole. A tile takes over from the one before it on a linear ramp
    over the overlap; the weights are the products of one for the row and one for the column and sum
    to one. The output is put together in place: memory is that of one output and of one batch.

    A network that states ``global_statistics`` uses all of its input for every pixel. Its tiles are
    restored otherwise than the image would be; a warning says so.

    Args:
        size: side of the tiles in input pixels, a multiple of the network's ``size_multiple``.
        overlap: pixels that neighbouring tiles share at least.
        batch_size: tiles given to the network at once.
        output_device: where the output is put together, such as 'cpu' for an image larger than the
            memory of the GPU; the device of the network's output if absent.
        progress: show a bar of the tiles on the standard error stream, one for every image, or
            batch of them, that is restored.

    Raises:
        ValueError: the numbers do not fit each other or the network.

    Examples:
        >>> def net(x):
        ...     return x + x.mean(dim=(2, 3), keepdim=True)
        >>> net.scale, net.size_multiple = 1, 1
        >>> x = torch.tensor([[[[0.0, 0.0, 0.0, 0.0, 4.0]]]])
        >>> Tile(net, size=3, overlap=1)(x)[0, 0]  # the mean is 0 on the left, 4/3 on the right
        tensor([[0.0000, 0.0000, 0.6667, 1.3333, 5.3333]])
    """

    bounds_memory = True

    def __init__(
        self,
        net: Network,
        *,
        size: int,
        overlap: int,
        batch_size: int = 1,
        output_device: str | None = None,
        progress: bool = False,
    ) -> None:
        super().__init__(net)
        if overlap < 0 or size <= overlap:
            raise ValueError(
                f'expected 0 <= overlap < size, got overlap={overlap} and size={size}: tiles '
                'advance by size - overlap pixels'
            )
        if size % self.size_multiple:
            raise ValueError(
                f'size={size} is no multiple of {self.size_multiple}, which the network needs: '
                f'take {(size // self.size_multiple + 1) * self.size_multiple}'
            )
        if batch_size < 1:
            raise ValueError(f'expected a batch size of at least 1, got {batch_size}')
        _warn_of_global_statistics(self.backbone, self.mean_window, size)
        self.tiled = True
        self.size = size
        self.overlap = overlap
        self.batch_size = batch_size
        self.output_device = output_device
        self.progress = progress

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W).

        Raises:
            ValueError: a side that is taken whole is no multiple of ``size_multiple``.
        """
        height, width = (min(self.size, side) for side in x.shape[-2:])
        if height % self.size_multiple or width % self.size_multiple:
            raise ValueError(
                f'an image of {x.shape[-2]} x {x.shape[-1]} pixels gives tiles of {height} x '
                f'{width}, but the network needs multiples of {self.size_multiple}: put Pad '
                'before Tile to pad the tiles, or after it to pad the image'
            )
        tops, lefts = (tile_starts(side, self.size, self.overlap) for side in x.shape[-2:])
        # The images are innermost, so that those of a batch share the weights of a tile.
        tiles = list(product(tops, lefts, range(len(x))))
        bar = ProgressBar(len(tiles), file=sys.stderr) if self.progress else None
        blend: _Blend | None = None
        for first in range(0, len(tiles), self.batch_size):
            batch = tiles[first : first + self.batch_size]
            crops = [x[n, :, top : top + height, left : left + width] for top, left, n in batch]
            outputs = self.net(torch.stack(crops))
            if blend is None:
                size = [len(x), outputs.shape[1], *(side * self.scale for side in x.shape[-2:])]
                blend = _Blend(
                    outputs.new_zeros(size, device=self.output_device),
                    self._output_weights(tops, height),
                    self._output_weights(lefts, width),
                )
            for (top, left, n), output in zip(batch, outputs, strict=True):
                blend.add(output, n, top * self.scale, left * self.scale)
            if bar is not None:
                bar.update(len(batch))
        if bar is not None:
            sys.stderr.write('\n')
        assert blend is not None
        return blend.mean

    def tiled_and_whole(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Restore images (N, C, H, W) in tiles, and whole, padded for the network."""
        return self(x), Pad(self.net)(x)

    def _output_weights(self, starts: Sequence[int], size: int) -> dict[int, Tensor]:
        scaled = [start * self.scale for start in starts]
        return tile_weights(scaled, size * self.scale, self.overlap * self.scale)


def _warn_of_global_statistics(network: Any, window: int | None, size: int) -> None:
    stated = facts(network)
    # Where means are not all that is taken over the whole image, windowed means do not help.
    local = stated.global_means_only
    if not stated.global_statistics or (local and window is not None and window < size):
        return
    remedy = ''
    if local and window is not None:
        remedy = f': take tiles larger than the windows of LocalStatistics, {window} pixels'
    elif local and has_global_means(network):
        remedy = (
            ': restore the image whole with LocalStatistics or, if it does not fit into memory, '
            'put LocalStatistics before Tile and take tiles larger than its windows'
        )
    warnings.warn(
        f'{type(network).__name__} uses the whole image for every pixel: tiles of {size} pixels '
        f'give another result than the image and differ from tile to tile{remedy}',
        stacklevel=3,
    )


class _Blend:
    """A weighted running mean of tiles that come row by row.

    Moving the mean by a share of the difference keeps values that are equal in two tiles exactly.
    """

    def __init__(self, mean: Tensor, rows: dict[int, Tensor], columns: dict[int, Tensor]) -> None:
        self.mean = mean  # (N, C, sH, sW)
        self.total = mean.new_zeros(mean.shape[-2:], dtype=torch.float32)
        self.rows = rows
        self.columns = columns
        self.share = self.total

    def add(self, tile: Tensor, n: int, top: int, left: int) -> None:
        """Add the tile (C, h, w) of image ``n``; the first image of every place comes first."""
        region = (..., slice(top, top + tile.shape[-2]), slice(left, left + tile.shape[-1]))
        if n == 0:
            weights = (self.rows[top][:, None] * self.columns[left]).to(self.total)
            self.total[region] += weights
            # Where nothing has counted yet the share is 0, not 0 / 0.
            self.share = weights / self.total[region].clamp_min(torch.finfo(torch.float32).tiny)
        mean = self.mean[n][region]
        mean += self.share * (tile.to(mean.device) - mean)


def tile_starts(length: int, size: int, overlap: int) -> list[int]:
    """Return where the tiles of one side begin.

    Examples:
        >>> tile_starts(20, 8, 2), tile_starts(21, 8, 2), tile_starts(5, 8, 2)
        ([0, 6, 12], [0, 6, 12, 13], [0])
    """
    last = max(length - size, 0)
    return [*range(0, last, size - overlap), last]


def tile_weights(starts: Sequence[int], size: int, overlap: int) -> dict[int, Tensor]:
    """Return the weights across the tile at each start, float64 (size,); they sum to one.

    A tile takes over from all before it on a linear ramp over its first ``overlap`` pixels.

    Examples:
        >>> for start, weights in tile_weights([0, 3], 6, 3).items():
        ...     print(start, weights.tolist())
        0 [1.0, 1.0, 1.0, 0.75, 0.5, 0.25]
        3 [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    positions = torch.arange(size, dtype=torch.float64)
    ramp = ((positions + 1) / (overlap + 1)).clamp(max=1)
    weights = {}
    for i, start in enumerate(starts):
        kept = ramp.clone() if i else torch.ones_like(ramp)
        for later in starts[i + 1 :]:
            shift = later - start
            if shift >= size:
                break
            kept[shift:] *= 1 - ramp[: size - shift]
        weights[start] = kept
    return weights
