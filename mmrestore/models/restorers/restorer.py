"""The restorer: one optimization step and one prediction of any backbone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, cast

import torch
from mmengine.model import BaseModel
from torch import Tensor, nn

from mmrestore.functional.precision import choose_dtype, computing_in, dtype_named
from mmrestore.functional.seeding import local_draws, seeded
from mmrestore.models import checkpointing
from mmrestore.models.attachments import Attachment
from mmrestore.models.backbones.base import facts
from mmrestore.models.batch_transform import BatchTransform, PlainCallable, stated_by
from mmrestore.models.data_preprocessor import DataPreprocessor
from mmrestore.models.inference.base import (
    InferenceDecorator,
    Network,
    build_inference,
    decorated,
)
from mmrestore.models.restorers.agreement import check_masks, check_targets
from mmrestore.models.restorers.turns import Turns
from mmrestore.registry import MODELS
from mmrestore.structures import DataSample


@MODELS.register_module()
class Restorer(BaseModel):
    """Predict the target from the input; the loss is a sum of named terms.

    Attributes:
        separately_optimized: of a class: parts that have an optimizer each, by their names in
            ``optim_wrapper``; () of one optimizer for all.
        needs_clean_images: of a class: whether its training needs clean images that have nothing to
            do with the degraded ones, ``real_img`` of the samples.
        consistency_weight: factor of a consistency term, which a schedule may set; None of a
            restorer without such a term.

    Args:
        backbone: config of the network, ``y = net(x)``.
        losses: configs of loss terms by name; the term ``pixel`` is logged as ``loss_pixel``. None
            instead of a config, here and below, takes an inherited one away.
        data_preprocessor: config of the data preprocessor.
        attachments: configs of what acts inside the network, by name, such as masks of tokens.
        inference: configs of inference decorators by name, from the network outwards; None instead
            of a config takes an inherited one away.
        training_decorators: configs of inference decorators that training goes through, keyed
            and ordered alike: the loss is that of the decorated network, with gradients through all
            of its runs. The fine-tuning of AMSNet trains so on what all complementary masks restore
            together, by ``masks`` and ``downsample``.
        test_seed: seed of all draws in a prediction, such as those of masks that act at test too,
            anew for every call of ``predict``, see :func:`mmrestore.functional.local_draws`; None
            draws other numbers each time.
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
        ValueError: a training decorator changes the size of the output; masks of training do not
            fit each other or those of the test; targets are the inputs themselves and nothing is
            hidden from the network; in training, if the patches do not fit the network,
            decorated as it trains.
    """

    separately_optimized: tuple[str, ...] = ()
    needs_clean_images: bool = False
    consistency_weight: float | None = None

    def __init__(
        self,
        backbone: dict,
        *,
        losses: Mapping[str, dict | None],
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
        # Built here: MMEngine looks it up in its own registry unless a default scope is set.
        super().__init__(_build_preprocessor(data_preprocessor), init_cfg)
        self.backbone = MODELS.build(backbone)
        self.losses = torch.nn.ModuleDict(
            {k: MODELS.build(cfg) for k, cfg in losses.items() if cfg is not None}
        )
        self.attachments = torch.nn.ModuleDict(
            {k: MODELS.build(cfg) for k, cfg in (attachments or {}).items() if cfg is not None}
        )
        for name, attachment in cast(Iterable[tuple[str, Attachment]], self.attachments.items()):
            attachment.name = name
            attachment.attach(self.backbone)
        self.test_seed = test_seed
        self.test_dtype = dtype_named(test_dtype)
        # In a tuple, for a bare backbone would be registered, and saved, a second time.
        self._trained = (
            build_inference(self.backbone, training_decorators, setting='training_decorators'),
        )
        if self.trained.scale != self.backbone.scale:
            raise ValueError(
                f'training decorators must keep the scale of {type(self.backbone).__name__}, '
                f'{self.backbone.scale}, got {self.trained.scale}: targets would not fit'
            )
        self._check_targets()  # first: what is wrong in training is the reason, not what follows
        self._predictor = (build_inference(self.backbone, inference),)
        self._turns = Turns()
        self._compiled = compile
        check_masks(self.batch_transforms, self.trained, self.predictor, known=self._all_is_stated)
        if checkpoint_blocks:
            checkpointing.checkpoint_blocks(self.backbone)
        if compile:
            self.backbone.compile(**(compile_options or {}))

    @property
    def optimized_parts(self) -> dict[str, nn.Module]:
        """The modules of ``separately_optimized`` by their names."""
        return {name: self.get_submodule(name) for name in self.separately_optimized}

    @property
    def predictor(self) -> Network:
        """The network with its inference decorators."""
        net = self._predictor[0]
        return net if isinstance(net, InferenceDecorator) else self.backbone

    @property
    def trained(self) -> Network:
        """The network with its training decorators."""
        net = self._trained[0]
        return net if isinstance(net, InferenceDecorator) else self.backbone

    def forward(
        self, inputs: Tensor, data_samples: DataSample | None = None, mode: str = 'tensor'
    ) -> Tensor | dict[str, Tensor] | list[DataSample]:
        """Run the network in one of three modes.

        Args:
            inputs: (N, C, H, W) float, about [0, 1].
            data_samples: the stacked samples of the batch.
            mode: ``tensor`` returns the bare output, ``loss`` the loss terms, ``predict`` a list of
                samples with ``pred_img`` in [0, 1].
        """
        if mode == 'tensor':
            return self.backbone(inputs)
        if mode == 'loss':
            assert data_samples is not None
            return self.loss(inputs, data_samples)
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        raise ValueError(f"mode must be 'tensor', 'loss' or 'predict', got {mode!r}")

    def loss(self, inputs: Tensor, data_samples: DataSample) -> dict[str, Tensor]:
        """Return the loss terms of a training batch."""
        return self.loss_terms(*self.compared(inputs, data_samples))

    def loss_terms(self, pred: Any, target: Tensor, weight: Tensor | None) -> dict[str, Tensor]:
        """Return the loss terms of predictions: all that :meth:`compared` returns."""
        return {f'loss_{k}': loss(pred, target, weight) for k, loss in self.losses.items()}

    def compared(
        self, inputs: Tensor, data_samples: DataSample
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return what the losses compare: predictions and targets of a batch, and their weight."""
        self._check_patches(inputs)
        pred = self.trained(inputs).float()  # outside of autocast's type: losses are in float32
        return pred, data_samples.gt_img, data_samples.get('weight')

    def check_batch(self, inputs: Tensor, data_samples: DataSample) -> None:
        """Refuse a training batch, transformed, that does not fit the network.

        Raises:
            ValueError: the inputs have other channels or sides than the network takes, or the
                targets another size than its output.
        """
        self._check_patches(inputs)
        expected = tuple(self.backbone.scale * side for side in inputs.shape[-2:])
        found = tuple(data_samples.gt_img.shape[-2:])
        if found != expected:
            raise ValueError(
                f'{type(self.backbone).__name__} of scale {self.backbone.scale} makes images of '
                f'{expected} (height, width) of the patches, but the targets have {found}: use a '
                'network of the scale of the data'
            )

    def predict(self, inputs: Tensor, data_samples: DataSample | None = None) -> list[DataSample]:
        """Return one sample an image with ``pred_img`` in [0, 1].

        Several threads may predict at once. PyTorch's global generators are as before, unless
        ``test_seed`` is None. Only in a compiled network, and for random functions that take no
        generator, they are set for the time of a draw.
        """
        self._check_inputs(inputs)
        batch = data_samples.clone() if data_samples is not None else DataSample()
        with self.predicting(inputs.device):
            batch.pred_img = self.predictor(inputs).float().clamp(0, 1)
        return batch.split()

    @contextmanager
    def predicting(self, device: torch.device) -> Iterator[None]:
        """Seed the draws of a prediction, which waits for its turn where threads would disturb it.

        Attachments keep what they draw for a pass, and some decorators set something in the network
        for the time of a call.
        """
        attachments = cast(Iterable[Attachment], self.attachments.children())
        alone = decorated(self.predictor).alters_network or any(a.in_test for a in attachments)
        # A compiled network draws from the global generators only.
        draws = seeded(self.test_seed, device) if self._compiled else local_draws(self.test_seed)
        turn = self._turns if alone or self._compiled else nullcontext()
        with turn, draws, computing_in(choose_dtype(self.test_dtype, device), device):
            yield

    @property
    def batch_transforms(self) -> dict[str, BatchTransform]:
        """Attributes of the data preprocessor's batch transforms, by name."""
        preprocessor = self.data_preprocessor
        if not isinstance(preprocessor, DataPreprocessor):  # of a plugin: nothing is known
            return {}
        return {name: stated_by(t) for name, t in preprocessor.batch_transforms.items()}

    @property
    def _all_is_stated(self) -> bool:
        """Whether all batch transforms, ours or not, declare what they do."""
        ours = isinstance(self.data_preprocessor, DataPreprocessor)
        return ours and not any(
            isinstance(t, PlainCallable) for t in self.batch_transforms.values()
        )

    def _check_targets(self) -> None:
        """Refuse targets of another size than the output, or that the network sees whole."""
        check_targets(self.batch_transforms, self.backbone, self.trained)

    def _check_patches(self, inputs: Tensor) -> None:
        self._check_inputs(inputs)
        multiple = self.trained.size_multiple
        if inputs.shape[-2] % multiple or inputs.shape[-1] % multiple:
            raise ValueError(
                f'{type(self.backbone).__name__} trains on patches whose sides are multiples of '
                f'{multiple}, got {tuple(inputs.shape[-2:])}: change the size of the crop'
            )

    def _check_inputs(self, inputs: Tensor) -> None:
        channels = facts(self.backbone).in_channels
        if channels is not None and inputs.shape[1] != channels:
            raise ValueError(
                f'{type(self.backbone).__name__} takes images of {channels} channels, got '
                f'{inputs.shape[1]}: set `in_channels` of the backbone or `color` of LoadImage'
            )


def _build_preprocessor(config: dict | nn.Module | None) -> nn.Module:
    if isinstance(config, nn.Module):
        return config
    return MODELS.build({'type': 'DataPreprocessor', **(config or {})})
