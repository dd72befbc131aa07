"""Targets made by a frozen teacher network."""

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
    """Replace the targets by the outputs of a frozen teacher network.

    The teacher is not part of the state dict, the averaged weights or the optimizer. It is loaded
    when training starts or with the first batch, so that a student can be tested without its
    teacher. A teacher that upscales makes targets of the upscaled size.

    Args:
        backbone: config of the teacher network, as in its training config.
        checkpoint: checkpoint of the teacher, from this package or as released weights.
        shifts: blind-spot shifts s of a network with ``multi_shift``; each shift makes one target.
        padding: width of the reflection padding on all sides of the inputs. It is cropped from the
            targets, multiplied by the scale.
        dtype: ``float32``, or ``bfloat16`` or ``float16`` for autocast of the teacher; the targets
            are float32.

    Raises:
        ValueError: an argument has an invalid value, or the network has no ``multi_shift`` for the
            shifts; on loading, if the weights belong to another network; in a call, if the inputs
            are not larger than the padding, or their padded sides are not multiples of the
            network's ``size_multiple``.
        FileNotFoundError: on loading, if the checkpoint does not exist.
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
                'shifts need at least one number and a network with a tunable blind spot '
                f'(`multi_shift`), got shifts={shifts!r} and {name}: remove `shifts`'
            )
        self.backbone = backbone
        self.checkpoint = checkpoint
        self.shifts = None if shifts is None else tuple(shifts)
        self.makes_several_targets = self.shifts is not None and len(self.shifts) > 1
        self.padding = padding
        self.expected = net.state_dict()  # on the meta device, without values
        self.scale: int = net.scale
        self.target_scale = self.scale
        self.size_multiple: int = net.size_multiple
        self._teacher: nn.Module | None = None

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Set targets of inputs (N, C, H, W): (N, K, C, H, W) with K shifts, else (N, C, H, W)."""
        samples = data_samples.new()
        samples.gt_img = self.targets(inputs)
        return inputs, samples

    def dry_run(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Set black targets of the right shape, without loading the teacher."""
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
        """Load the teacher before the first batch, so that errors are raised early."""
        self._on(torch.device('cpu'))

    def replace(self, weights: Mapping[str, Tensor]) -> None:
        """Replace the weights of the teacher by a copy of ``weights``, such as a student's.

        Raises:
            ValueError: the weights belong to another network.
        """
        teacher = build_frozen(self.backbone, 'cpu')
        load_into(teacher, weights, 'the network that becomes the teacher')
        self._teacher = teacher

    def __deepcopy__(self, memo: dict) -> TeacherTarget:
        """Return a copy that shares the teacher, which is never modified."""
        return copy(self)

    def state_dict(self) -> dict[str, Tensor]:
        """Return the weights of the teacher; empty before the teacher is loaded or replaced."""
        return {} if self._teacher is None else self._teacher.state_dict()

    def _check_sides(self, inputs: Tensor) -> None:
        sides = inputs.shape[-2:]
        if min(sides) <= self.padding or any(
            (side + 2 * self.padding) % self.size_multiple for side in sides
        ):
            raise ValueError(
                f'the teacher needs sides above its padding, {self.padding}; each side plus twice '
                f'the padding must be a multiple of {self.size_multiple}, got {tuple(sides)}: '
                'change `padding` or the crop size'
            )

    def _on(self, device: torch.device) -> Any:
        if self._teacher is None:
            try:
                self._teacher = load_frozen(self.backbone, self.checkpoint, device)
            except FileNotFoundError as error:
                raise FileNotFoundError(
                    f'{error}: train the teacher first, or set `checkpoint` of TeacherTarget (and '
                    '`load_from`, if the student starts from the weights of its teacher)'
                ) from error
        return self._teacher.to(device)
