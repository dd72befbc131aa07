"""Data preprocessor: from a batch of bytes to network inputs and targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from mmrestore.functional.unit_range import to_unit_range
from mmrestore.models.batch_transform import check_orders, stated_by
from mmrestore.registry import BATCH_TRANSFORMS, MODELS, suggest
from mmrestore.structures import DataSample


@MODELS.register_module()
class DataPreprocessor(BaseDataPreprocessor):
    """Move a batch to the device, bring it to [0, 1] and, in training, transform it.

    A sample that came without a target is its own: inputs and target are then one tensor, until a
    batch transform replaces one of them.

    Args:
        batch_transforms: configs of batch transforms by name, applied in this order in training
            only. The name is what a schedule switches on and off; None instead of a config takes an
            inherited one away.
        non_blocking: whether copies from pinned memory overlap with computation.

    Raises:
        ValueError: the batch transforms stand in an order that cannot be right.
    """

    def __init__(
        self,
        *,
        batch_transforms: Mapping[str, dict | None] | None = None,
        non_blocking: bool = True,
    ) -> None:
        super().__init__(non_blocking=non_blocking)
        self.batch_transforms = {
            name: BATCH_TRANSFORMS.build(cfg)
            for name, cfg in (batch_transforms or {}).items()
            if cfg is not None
        }
        check_orders(self.batch_transforms)
        self._off: set[str] = set()

    def switch(self, name: str, on: bool) -> None:
        """Switch the batch transform called ``name`` on or off.

        Raises:
            ValueError: there is no such batch transform.
        """
        self.check_name(name)
        if on:
            self._off.discard(name)
        else:
            self._off.add(name)

    def check_name(self, name: str) -> None:
        """Check that a batch transform is called ``name``.

        Raises:
            ValueError: there is none; the message names near ones.
        """
        if name not in self.batch_transforms:
            known = list(self.batch_transforms)
            raise ValueError(
                f'no batch transform is called {name!r}.{suggest(name, known)} '
                f'The data preprocessor has: {", ".join(known) or "none"}.'
            )

    def is_on(self, name: str) -> bool:
        """Whether the batch transform called ``name`` is applied."""
        return name in self.batch_transforms and name not in self._off

    def forward(self, data: dict, training: bool = False) -> dict:
        """Return ``inputs`` (N, C, H, W), float32, in [0, 1] before transforms, and the samples.

        Args:
            data: a batch made by :func:`mmrestore.datasets.collate.collate`.
            training: whether the batch transforms are applied.
        """
        data = self.to_device(data)
        if training:
            data = self.transform(**data)
        return data

    def to_device(self, data: dict) -> dict:
        """Move a batch to the device, as bytes, and bring it to [0, 1] there."""
        data = self.cast_data(data)
        samples = data['data_samples']
        for name in ('gt_img', 'real_img'):
            if name in samples:
                samples.set_field(to_unit_range(samples.get(name)), name)
        return {'inputs': to_unit_range(data['inputs']), 'data_samples': samples}

    def transform(self, inputs: Tensor, data_samples: DataSample) -> dict:
        """Apply the batch transforms that are switched on."""
        return self._in_turn(inputs, data_samples, self.batch_transforms)

    def dry_run(self, inputs: Tensor, data_samples: DataSample) -> dict:
        """Do to a batch what ``transform`` does to its form, without files.

        Raises:
            ValueError: as a batch transform does, of a size that does not fit it for example.
        """
        calls = {name: stated_by(t).dry_run for name, t in self.batch_transforms.items()}
        return self._in_turn(inputs, data_samples, calls)

    def _in_turn(
        self, inputs: Tensor, data_samples: DataSample, calls: Mapping[str, Callable]
    ) -> dict:
        if 'gt_img' not in data_samples:
            data_samples.gt_img = inputs
        for name, call in calls.items():
            if name not in self._off:
                inputs, data_samples = call(inputs, data_samples)
        return {'inputs': inputs, 'data_samples': data_samples}
