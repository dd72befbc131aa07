"""Training by pairs of noisy images sampled from one noisy image."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from mmrestore.functional.neighbors import take_pixels
from mmrestore.models.restorers.restorer import Restorer
from mmrestore.registry import MODELS
from mmrestore.structures import DataSample


@MODELS.register_module()
class PairRestorer(Restorer):
    """Predict one noisy image from another, both sampled from the input; no target is looked at.

    With h1, h2 the two samples that one draw takes from any image, f the network, with its training
    decorators, and y the input, the loss is

        reconstruction(f(h1 y), h2 y)
        + consistency_weight * consistency(f(h1 y) - h2 y, h1 f(y) - h2 f(y)).

    The second term corrects for what h1 and h2 differ in beside noise. Both sources compute f(y)
    without gradient; the released code of the first one lets it flow.

    Source: Kim and Cho, "APR-RD: Complementary two steps for self-supervised real image denoising",
    AAAI 2025, equation 6 (absolute differences, weight 4); Huang et al., "Neighbor2Neighbor:
    Self-supervised denoising from single noisy images", CVPR 2021, section 4.2 (squares, a weight
    that grows by epochs).

    Args:
        backbone: config of the network, ``y = net(x)``.
        sampler: config of the pair sampler, such as ``AdjacentPixelSampler``.
        losses: configs of two losses, ``reconstruction`` and ``consistency``.
        consistency_weight: factor of the second term; a schedule may set it later. At 0 the network
            runs once instead of twice.
        detach: whether f(y) is computed without gradient.
        data_preprocessor: config of the data preprocessor.
        attachments: configs of what acts inside the network, by name; see :class:`Restorer`.
        inference: configs of inference decorators by name, from the network outwards; None instead
            of a config takes an inherited one away.
        training_decorators: configs of inference decorators by name that both passes of training go
            through, so that a plain network can be trained behind ``ComplementaryMasks``.
        test_seed: seed of what is random in a prediction.
        test_dtype: type in which the network computes in validation, test and prediction:
            ``float32``, ``bfloat16`` or ``float16`` (GPUs).
        compile: whether the network is compiled with ``torch.compile`` when it is first used.
        compile_options: arguments of ``torch.compile``, such as ``dict(dynamic=True)``, one program
            for images of all sizes, or ``dict(mode='max-autotune-no-cudagraphs')``.
        checkpoint_blocks: whether the blocks of the network compute their features a second time in
            the backward pass instead of keeping them; see
            :func:`mmrestore.models.checkpointing.checkpoint_blocks`.
        init_cfg: MMEngine's initialisation config.

    Raises:
        ValueError: the losses are not those two, the weight is negative, the network changes the
            size of images or a batch transform sets a weight of the loss; in training, if an image
            or a sample of it does not fit the network, or a batch has a weight.
    """

    def __init__(
        self,
        backbone: dict,
        *,
        sampler: dict,
        losses: Mapping[str, dict | None],
        consistency_weight: float = 4.0,
        detach: bool = True,
        data_preprocessor: dict | None = None,
        attachments: Mapping[str, dict | None] | None = None,
        inference: Mapping[str, dict | None] | None = None,
        training_decorators: Mapping[str, dict | None] | None = None,
        test_seed: int | None = 0,
        test_dtype: str = 'float32',
        compile: bool = False,
        compile_options: dict[str, Any] | None = None,
        checkpoint_blocks: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        losses = {name: cfg for name, cfg in losses.items() if cfg is not None}
        if set(losses) != {'reconstruction', 'consistency'} or consistency_weight < 0:
            raise ValueError(
                'PairRestorer has the losses reconstruction and consistency, with a '
                f'consistency_weight of at least 0, got {", ".join(losses) or "none"} and '
                f'{consistency_weight}: another loss belongs to another strategy, which does not '
                'combine with this one'
            )
        super().__init__(
            backbone,
            losses=losses,
            data_preprocessor=data_preprocessor,
            attachments=attachments,
            inference=inference,
            training_decorators=training_decorators,
            test_seed=test_seed,
            test_dtype=test_dtype,
            compile=compile,
            compile_options=compile_options,
            checkpoint_blocks=checkpoint_blocks,
            init_cfg=init_cfg,
        )
        self.sampler = MODELS.build(sampler)
        self.consistency_weight = consistency_weight
        self.detach = detach

    def loss(self, inputs: Tensor, data_samples: DataSample) -> dict[str, Tensor]:
        """Return the loss terms of a training batch (N, C, H, W)."""
        first, second = self.sampler(inputs)
        # Before the pass without gradient: autocast keeps its casts of the weights, and PyTorch
        # once lost the gradient where the first one was made without.
        pred, target = self._predict_pair(inputs, data_samples, first, second)
        terms = {'loss_reconstruction': self.losses['reconstruction'](pred, target)}
        if self.consistency_weight:
            with torch.no_grad() if self.detach else nullcontext():
                restored = self.trained(inputs).float()
            difference = take_pixels(restored, first) - take_pixels(restored, second)
            consistency = self.losses['consistency'](pred - target, difference)
            terms['loss_consistency'] = self.consistency_weight * consistency
        return terms

    def check_batch(self, inputs: Tensor, data_samples: DataSample) -> None:
        """Refuse a training batch, transformed, that does not fit the network or the sampler."""
        self._check_patches(inputs)
        self._check_patches(take_pixels(inputs, self.sampler(inputs)[0]))

    def compared(
        self, inputs: Tensor, data_samples: DataSample
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return f(h1 y), h2 y and None, for there is no weight."""
        return (*self._predict_pair(inputs, data_samples, *self.sampler(inputs)), None)

    def _check_targets(self) -> None:
        """Refuse targets and weights, which pairs do not use, and networks that upscale."""
        for name, transform in self.batch_transforms.items():
            if transform.weights_loss or transform.targets_from_inputs:
                what = 'targets' if transform.targets_from_inputs else 'a weight of the loss'
                raise ValueError(
                    f'batch transform {name!r} makes {what}, which PairRestorer does not use, for '
                    'it makes pairs of the noisy images: leave it out by '
                    f'model.data_preprocessor.batch_transforms.{name}=None'
                )
        if self.backbone.scale != 1:
            raise ValueError(
                f'{type(self.backbone).__name__} enlarges images by {self.backbone.scale}: pairs '
                'of noisy images train denoisers only'
            )
        super()._check_targets()

    def _predict_pair(
        self, inputs: Tensor, data_samples: DataSample, first: Tensor, second: Tensor
    ) -> tuple[Tensor, Tensor]:
        if 'weight' in data_samples:
            raise ValueError(
                'pairs of noisy images take no weight of the loss: remove the batch transform that '
                'sets it'
            )
        sample, target = take_pixels(inputs, first), take_pixels(inputs, second)
        self._check_patches(inputs)
        self._check_patches(sample)
        return self.trained(sample).float(), target
