"""The exported network: a backbone with its inference decorators, for any image size."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import facts
from mmrestore.models.inference import Pad, build_inference
from mmrestore.models.inference.base import Network

OLDEST = (2, 6)  # PyTorch from which on programs with sizes of their own choice are exported


class ExportedNetwork(nn.Module):
    """A backbone with its inference decorators, and padding where its sizes are restricted.

    Args:
        backbone: the network; it is not copied.
        parts: configs of inference decorators by name, from the network outwards.
    """

    def __init__(self, backbone: nn.Module, parts: Mapping[str, Any]) -> None:
        super().__init__()
        self.backbone = backbone
        net: Network = build_inference(backbone, parts)  # type: ignore[arg-type]
        # In a tuple, for the backbone would be registered a second time.
        self._net = (net if net.size_multiple == 1 else Pad(net),)
        self.scale = net.scale

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) in [0, 1] of any size; the result is not clipped."""
        # Padding and cropping hide from programs what size comes out, which they ask of ONNX files
        # to know the scale: a sum with zeros of that size tells it.
        zeros = torch.cat([x[:, :1].clamp(0, 0)] * self.scale**2, dim=1)
        return self._net[0](x) + F.pixel_shuffle(zeros, self.scale)


class Sizes(NamedTuple):
    """Numbers, heights and widths of images: that of tracing, and those that are tried after."""

    traced: tuple[int, int, int]
    tried: list[tuple[int, int, int]]


def chosen_sizes(multiple: int, static: tuple[int, int] | None = None) -> Sizes:
    """Return the sizes for a network that needs multiples; all are ``static`` where that is given.

    What is traced has several multiples and several images, for 1 would be taken as a constant. Two
    others are tried: a wide one, and one that is smaller than a multiple.

    Examples:
        >>> chosen_sizes(8)
        Sizes(traced=(2, 36, 53), tried=[(2, 36, 53), (1, 27, 66), (1, 5, 8)])
        >>> chosen_sizes(8, (48, 64)).tried
        [(1, 48, 64)]
    """
    if static is not None:
        return Sizes((1, *static), [(1, *static)])
    height = max(2 * multiple, 32) + multiple // 2
    width = max(3 * multiple, 48) + multiple // 2 + 1
    wide = (1, max(multiple, 24) + 3, max(4 * multiple, 64) + 2)
    small = (1, multiple // 2 + 1, max(multiple, 7) if multiple != 7 else 8)
    return Sizes((2, height, width), [(2, height, width), wide, small])


def trace(net: ExportedNetwork, sizes: Sizes, *, half: bool = False, dynamic: bool = True) -> Any:
    """Return the program of ``torch.export`` of a network.

    Args:
        net: the network, in evaluation mode on the CPU.
        sizes: that of the images to trace; the values do not matter.
        half: whether the program computes in float16, input and output included.
        dynamic: whether it takes images of any number, height and width.

    Raises:
        ValueError: the network cannot be traced; the message gives the reason.
    """
    if torch.__version__ < OLDEST:  # type: ignore[operator]  # it compares with tuples
        raise ValueError(
            f'exporting needs PyTorch {OLDEST[0]}.{OLDEST[1]} or newer, this is {torch.__version__}'
        )
    dtype = torch.float16 if half else torch.float32
    traced = copy.deepcopy(net).to(dtype)
    batch, height, width = sizes.traced
    x = torch.rand(batch, facts(net.backbone).in_channels or 3, height, width).to(dtype)
    shapes = {'x': dict.fromkeys((0, 2, 3), torch.export.Dim.DYNAMIC)} if dynamic else None
    try:
        with torch.no_grad():
            program = torch.export.export(traced, (x,), dynamic_shapes=shapes, strict=False)
    except Exception as error:  # the tracer raises types of its own, some of them private
        name = type(net.backbone).__name__
        reason = str(error).strip().split('\n')
        text = ' '.join(line.strip(' -') for line in reason[:2])
        raise ValueError(
            f'{name} cannot be exported for {"any size" if dynamic else "one size"}: {text[:300]}'
            + ('. Try --static HxW' if dynamic else '')
        ) from error
    if dynamic:
        _check_conditions(program, net, sizes)
        _allow_every_size(program)
    return program


def _check_conditions(program: Any, net: ExportedNetwork, sizes: Sizes) -> None:
    """Refuse a network that takes another way for other large images than for what was traced.

    PyTorch notes the conditions on sizes under which its trace holds. Those of memory layouts fail
    for a single image or a single window only, so large images are tried, without running them.
    """
    # An earlier PyTorch does not keep the conditions.
    conditions = getattr(program.module(), '_guards_fn', None)
    if conditions is None:
        return
    _, height, width = sizes.traced
    (x,) = program.example_inputs[0]
    for batch, down, right in ((2, 1, 9), (3, 7, 2), (5, 31, 23)):
        size = (batch, x.shape[1], down * height + 1, right * width + 2)
        try:
            conditions(x.new_empty(1).expand(size))
        except AssertionError as error:
            raise ValueError(
                f'{type(net.backbone).__name__} cannot be exported for any size, because it '
                f'computes images of other sizes another way: {error}. Try --static HxW'
            ) from error


def _allow_every_size(program: Any) -> None:
    """Take conditions on the size out of a program that do not change what it computes.

    PyTorch notes what its bookkeeping of memory layouts has compared, such as whether there is more
    than one window, and a program would refuse images that differ in it. Whether the program is
    right for them is tried after.
    """
    for symbol, bounds in program.range_constraints.items():
        program.range_constraints[symbol] = type(bounds)(1, bounds.upper)
    if hasattr(program, '_guards_code'):  # an earlier PyTorch has none
        program._guards_code = []
