"""Tiled inference with a tile size measured from the available memory."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from mmengine.utils import ProgressBar
from torch import Tensor

from mmrestore.models.backbones.base import facts
from mmrestore.models.inference.base import InferenceDecorator, Network, decorated
from mmrestore.models.inference.local_statistics import LocalStatistics, has_global_means
from mmrestore.models.inference.memory import (
    MemoryUse,
    free_memory,
    is_out_of_memory,
    measure_memory,
)
from mmrestore.models.inference.pad import Pad
from mmrestore.models.inference.receptive_field import RAMP, least_halo, measured_halo, round_up
from mmrestore.models.inference.spans import TileSize, restored_rows
from mmrestore.registry import INFERENCE

SMALL = 256**2  # pixels that are restored without measuring first
SHARE = 0.8  # of the memory that is free
LARGEST = 1024  # core of a tile; a larger one gains nothing


@INFERENCE.register_module()
class AutoTile(InferenceDecorator):
    """Restore an image whole where memory suffices, else in tiles of the size that fits.

    What the network takes for a pixel is measured on two small images, what it sees around a pixel
    on a third. Tiles overlap by as much as it sees, and agree with the whole image, to rounding; of
    a network that sees further than 96 pixels they overlap by what matters and are blended. When
    memory runs out, tiles of half the size are tried, and a line says so.

    A network that states ``global_statistics`` restores tiles otherwise than the image. One that
    takes means only gets :class:`LocalStatistics`, for tiles only and unless it has them; of others
    a line says that tiles may differ.

    Args:
        memory: bytes that it may take; by default four fifths of what is free when it is called.
        size: side of the tiles in input pixels, in which every larger image is restored, whether it
            fits or not. They overlap by a quarter of it at most.
        train_size: side of the patches of training, for ``LocalStatistics``.
        pad: whether images are padded for the network, see :class:`Pad`. Else they must be of a
            size that it takes, and one that fits is given to it as it is.
        progress: show a bar of the rows of tiles on the standard error stream.

    Raises:
        ValueError: ``size`` is too small for the network.

    Examples:
        >>> def net(x):
        ...     return 1 - x
        >>> net.scale, net.size_multiple = 1, 1
        >>> x = torch.rand(1, 1, 300, 400)
        >>> AutoTile(net, memory=1_000_000)(x).equal(1 - x)
        True
    """

    bounds_memory = True

    def __init__(
        self,
        net: Network,
        *,
        memory: int | None = None,
        size: int | None = None,
        train_size: int = 256,
        pad: bool = True,
        progress: bool = False,
    ) -> None:
        def padded(net: Network) -> Network:
            return Pad(net) if pad and net.size_multiple > 1 else net

        super().__init__(padded(net))
        stated = facts(self.backbone)
        if size is not None and size < (least := max(4 * stated.size_multiple, 8)):
            raise ValueError(f'expected tiles of at least {least} pixels, got size={size}')
        self._in_tiles: Network = self.net
        self._differs = stated.global_statistics and self.mean_window is None
        if self._differs and stated.global_means_only and has_global_means(self.backbone):
            train_size = round_up(train_size, stated.size_multiple)
            self._in_tiles = padded(LocalStatistics(net, train_size=train_size))
        self.tiled = True
        self.memory, self.size, self.progress = memory, size, progress
        self._memory: dict[Any, MemoryUse] = {}
        self._halo: TileSize | None = None

    @property
    def _multiple(self) -> int:
        return facts(self.backbone).size_multiple

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) of any size."""
        made: list[Tensor] = []

        def write(top: int, rows: Tensor) -> None:
            if not made:
                size = [*rows.shape[:2], x.shape[2] * self.scale, rows.shape[3]]
                made.append(rows if rows.shape[2] == size[2] else rows.new_empty(size))
            if made[0] is not rows:
                made[0][:, :, top : top + rows.shape[2]] = rows

        def read(rows: slice, columns: slice) -> Tensor:
            return x[..., rows, columns]

        self.restore(read, (x.shape[2], x.shape[3]), write)
        return made[0]

    def tiled_and_whole(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Restore images (N, C, H, W) in tiles of about a quarter of their sides, and whole."""
        size = self._around(x, LARGEST if self.size is None else self.size)
        core = max(max(x.shape[-2:]) // 4 // self._multiple, 1) * self._multiple
        size = size._replace(core=max(min(core, size.core), size.ramp))

        def read(rows: slice, columns: slice) -> Tensor:
            return x[..., rows, columns]

        rows = self._rows(read, (x.shape[2], x.shape[3]), size, None)
        return torch.cat([part for _, part in rows], dim=2), self.net(x)

    def restore(
        self,
        read: Callable[[slice, slice], Tensor],
        length: tuple[int, int],
        write: Callable[[int, Tensor], None],
        *,
        device: torch.device | None = None,
    ) -> None:
        """Restore images that are read and written in parts.

        Args:
            read: returns some rows and columns of the images, as the network takes them.
            length: height and width of the images.
            write: gets the first row and rows (N, C, h, sW) from there on; when memory runs out, it
                gets all rows anew.
            device: where rows are put together.
        """
        probe = read(slice(0, 1), slice(0, 1))
        size: TileSize | None = None
        known = False
        while True:
            try:
                if not known:
                    size = self._tile_size(probe, length)
                    known = True
                for top, rows in self._rows(read, length, size, device):
                    write(top, rows)
                return
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                size, known = self._smaller(size, length), True
                if size is None:
                    raise
            if probe.device.type == 'cuda':
                torch.cuda.empty_cache()
            warnings.warn(
                f'memory ran out: restoring again in tiles of {size.side} pixels', stacklevel=2
            )

    def _rows(
        self,
        read: Callable[[slice, slice], Tensor],
        length: tuple[int, int],
        size: TileSize | None,
        device: torch.device | None,
    ) -> Iterator[tuple[int, Tensor]]:
        if size is None:
            yield 0, self.net(read(slice(0, length[0]), slice(0, length[1])))
            return
        self._warn(size)
        bar = ProgressBar(-(-length[0] // size.core), file=sys.stderr) if self.progress else None
        for part in restored_rows(
            self._in_tiles, read, length, size, scale=self.scale, device=device
        ):
            yield part
            if bar is not None:
                bar.update()
        if bar is not None:
            sys.stderr.write('\n')

    def _tile_size(self, probe: Tensor, length: tuple[int, int]) -> TileSize | None:
        """Return the size of tiles, None for the whole image."""
        if self.size is not None:
            return None if max(length) <= self.size else self._around(probe, self.size)
        pixels = len(probe) * length[0] * length[1]
        if pixels <= SMALL and self.memory is None:
            return None
        budget = self.memory or SHARE * free_memory(probe.device)
        if self._use(probe, self.net, 'whole').of(pixels) <= budget:
            return None
        most = self._use(probe, self._in_tiles, 'tiles').pixels(budget) // len(probe)
        return self._around(probe, int(most**0.5))

    def _around(self, probe: Tensor, side: int) -> TileSize:
        """Return tiles of which the network sees a side, or the least that makes sense."""
        multiple = self._multiple
        if self._halo is None:
            measure = partial(measured_halo, multiple=multiple, scale=self.scale)
            self._halo = least_halo(multiple) if self._differs else measure(self.net, probe)
        size = self._halo
        if self.size is not None and size.halo > self.size // 4:  # of what is asked for
            halo = self.size // 4 // multiple * multiple
            size = size._replace(halo=halo, ramp=min(RAMP, halo))
        core = min(side - 2 * size.halo, LARGEST) // multiple * multiple
        least = multiple if self.size is not None else 2 * multiple
        return size._replace(core=max(core, least, size.ramp))

    def _use(self, probe: Tensor, net: Network, name: str) -> MemoryUse:
        autocast = torch.is_autocast_enabled(probe.device.type)
        key = (name, probe.shape[1], probe.dtype, probe.device, autocast)
        if key not in self._memory:
            # Means over windows take more than those over the image, where it is larger.
            window = decorated(net).mean_window
            sides = (64, 128) if window is None else (window + 1, window * 5 // 4 + 1)
            small, large = (round_up(side, self._multiple) for side in sides)
            self._memory[key] = measure_memory(net, probe, (small, max(large, small + 64)))
        return self._memory[key]

    def _smaller(self, size: TileSize | None, length: tuple[int, int]) -> TileSize | None:
        """Return tiles of half the size, None if there are none."""
        multiple = self._multiple
        if size is None:
            halo = self._halo or least_halo(multiple)
            size = halo._replace(core=min(max(length), 2 * LARGEST))
        core = size.core // 2 // multiple * multiple
        return size._replace(core=core) if core >= max(multiple, size.ramp) else None

    def _warn(self, size: TileSize) -> None:
        if not self._differs:
            return
        name = type(self.backbone).__name__
        if self._in_tiles is not self.net:
            text = 'its means are taken over windows instead (LocalStatistics)'
        else:
            text = 'tiles differ from each other and from the image'
        why = '' if self.size is not None else ', for which memory does not suffice'
        warnings.warn(
            f'{name} looks at the whole image{why}. It restores tiles of {size.side} pixels: '
            f'{text}',
            stacklevel=2,
        )
