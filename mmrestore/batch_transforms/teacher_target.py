"""Targets made by a trained network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.functional.precision import dtype_named
from mmrestore.models.backbones.base import facts
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.models.frozen import build_frozen, load_frozen
from mmrestore.models.weights import load_into
from mmrestore.registry import BATCH_TRANSFORMS, MODELS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class TeacherTarget(BatchTransform):
    """Make what a frozen network restores from the inputs the targets.

    The teacher belongs to nobody: it is in no state dict, no average of weights and no optimizer.
    It is loaded when a training begins, or with the first batch, so that a student can be tested
    where its teacher is not. The teacher of a network that enlarges makes targets of the enlarged
    size.

    Args:
        backbone: config of the network, as in the config that it was trained by.
        checkpoint: its checkpoint of this package, or released weights.
        shifts: blind-spot shifts s of a network with a ``multi_shift``, one target for each.
        padding: rows and columns that are added by reflection on all sides of the inputs and cut
            off the targets, there times the scale.
        dtype: ``float32``, or ``bfloat16`` or ``float16``, in which the teacher computes where that
            is safe; the targets are float32.

    Raises:
        ValueError: an argument has no such value; the network has no ``multi_shift`` for the
            shifts; when it is loaded, if the weights are of another network;
            in a call, if the inputs are not larger than the padding or, padded, no multiples for
            the network.
        FileNotFoundError: when it is loaded, if there is no such checkpoint.
    """

    targets_from_inputs = True
    has_teacher = True

    def __init__(
        self,
        backbone: dict,
        *,
        checkpoint: str | Path,
        shifts: Sequence[int] | None = None,
        padding: int = 16,
        dtype: str = 'float32',
    ) -> None:
        if padding < 0:
            raise ValueError(f'expected a padding of at least 0, got {padding}')
        self.dtype = dtype_named(dtype)
        with torch.device('meta'):
            net = MODELS.build(backbone)
        name = type(net).__name__
        tunable = facts(net).tunable_blind_spot
        if shifts is not None and (not shifts or not tunable):
            raise ValueError(
                'shifts need at least one number and a network with a tunable blind spot, one with '
                f'a `multi_shift`, got shifts={shifts!r} and {name}: leave `shifts` out'
            )
        self.backbone = backbone
        self.checkpoint = checkpoint
        self.shifts = None if shifts is None else tuple(shifts)
        self.makes_several_targets = self.shifts is not None and len(self.shifts) > 1
        self.padding = padding
        self.expected = net.state_dict()  # without numbers
        self.scale: int = net.scale
        self.target_scale = self.scale
        self.size_multiple: int = net.size_multiple
        self._teacher: nn.Module | None = None

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Set targets of inputs (N, C, H, W): (N, K, C, H, W) of K shifts, else (N, C, H, W)."""
        samples = data_samples.new()
        samples.gt_img = self.targets(inputs)
        return inputs, samples

    def dry_run(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Set targets that are black, without the teacher."""
        self._check_sides(inputs)
        num, channels, height, width = inputs.shape
        several = () if self.shifts is None else (len(self.shifts),)
        samples = data_samples.new()
        samples.gt_img = inputs.new_zeros(
            num, *several, channels, self.scale * height, self.scale * width
        )
        return inputs, samples

    @torch.no_grad()
    def targets(self, inputs: Tensor) -> Tensor:
        """Return the targets of inputs (N, C, H, W)."""
        self._check_sides(inputs)
        teacher = self._on(inputs.device)
        padded = F.pad(inputs, [self.padding] * 4, mode='reflect') if self.padding else inputs
        low = self.dtype != torch.float32
        with torch.autocast(inputs.device.type, self.dtype if low else None, enabled=low):
            if self.shifts is not None:
                return teacher.multi_shift(padded, self.shifts, border=self.padding).float()
            restored = teacher(padded).float()
        border, height, width = (self.scale * n for n in (self.padding, *inputs.shape[-2:]))
        return restored[..., border:, border:][..., :height, :width]

    def prepare(self) -> None:
        """Load the teacher now instead of with the first batch, so that mistakes come early."""
        self._on(torch.device('cpu'))

    def replace(self, weights: Mapping[str, Tensor]) -> None:
        """Give the teacher a copy of other weights, those of a student for example.

        Raises:
            ValueError: they are of another network.
        """
        teacher = build_frozen(self.backbone, 'cpu')
        load_into(teacher, weights, 'the network that shall become the teacher')
        self._teacher = teacher

    def __deepcopy__(self, memo: dict) -> TeacherTarget:
        """Return a copy that shares the teacher, which nobody changes."""
        return copy(self)

    def state_dict(self) -> dict[str, Tensor]:
        """Return the weights of the teacher; none before it was loaded or replaced."""
        return {} if self._teacher is None else self._teacher.state_dict()

    def _check_sides(self, inputs: Tensor) -> None:
        sides = inputs.shape[-2:]
        if min(sides) <= self.padding or any(
            (side + 2 * self.padding) % self.size_multiple for side in sides
        ):
            raise ValueError(
                f'the teacher needs sides above its padding, {self.padding}, that with twice the '
                f'padding are multiples of {self.size_multiple}, got {tuple(sides)}: change '
                '`padding` or the size of the crop'
            )

    def _on(self, device: torch.device) -> Any:
        if self._teacher is None:
            try:
                self._teacher = load_frozen(self.backbone, self.checkpoint, device)
            except FileNotFoundError as error:
                raise FileNotFoundError(
                    f'{error}: train the teacher first, or set `checkpoint` of TeacherTarget, and '
                    '`load_from` where the student begins as its teacher'
                ) from error
        return self._teacher.to(device)
