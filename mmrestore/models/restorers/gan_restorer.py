"""Restorer with an adversarial loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from types import MappingProxyType
from typing import Any, cast

import torch
from torch import Tensor, nn

from mmrestore.models.layers.two_scales import TwoScales
from mmrestore.models.losses.adversarial import AdversarialLoss
from mmrestore.models.restorers.restorer import Restorer
from mmrestore.registry import MODELS
from mmrestore.structures import DataSample

ADVERSARIAL: Mapping[str, Any] = MappingProxyType(
    {'type': 'AdversarialLoss', 'kind': 'vanilla', 'loss_weight': 1e-3}
)


@MODELS.register_module()
class GANRestorer(Restorer):
    """Restorer with an adversarial loss against unpaired clean images.

    Each iteration updates the discriminator D, which tells the restored images G(y) of the batch
    from its clean ones x, ``data_samples.real_img``; every ``discriminator_steps``-th iteration
    then updates the network G as well, against the new D. Both see one and the same G(y). With the
    losses named ``pixel`` and ``adversarial`` G minimises

        pixel(G(y), target) + loss_weight * adversarial(D(G(y))).

    ``optim_wrapper`` has one optimizer for ``backbone``, which is all but the discriminator, and
    one for ``discriminator``. A prediction uses the network alone, and ``load_from`` loads it
    alone: the checkpoint of a plain ``Restorer`` is the beginning of a second stage.

    While gradients are accumulated, both losses use the weights after the last update, except in
    the iteration that updates G, in which D is updated first. Each process takes batch statistics,
    such as the means of the relativistic loss, over its own images; ``sync_bn='torch'`` joins those
    of batch norms on GPUs.

    Source: Liu, Shu and Wu, "Deep Learning with Inaccurate Training Data for Image Restoration",
    2018, equations 3 to 6 and section 4.2 (``discriminator_steps`` is k of Goodfellow et al.,
    "Generative adversarial nets", NeurIPS 2014, algorithm 1).

    Args:
        backbone: config of the network, ``y = net(x)``.
        discriminator: config of a network that maps images (N, C, H, W) to logits.
        losses: configs of loss terms that compare with targets, by name.
        adversarial: config of the adversarial loss and of its weight; without a ``type`` what
            differs from the vanilla loss of weight 1e-3, which None is.
        discriminator_steps: updates of the discriminator for one of the network.
        data_preprocessor: config of the data preprocessor.
        attachments: configs of what acts inside the network, by name; see :class:`Restorer`.
        inference: configs of inference decorators by name, from the network outwards; None instead
            of a config takes an inherited one away.
        training_decorators: configs of inference decorators by name that training goes through.
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
        ValueError: ``discriminator_steps`` is no whole number from 1 on, or a loss is called
            ``adversarial``; in training, if a batch has no clean images or their size is not that
            of the restored ones.
    """

    separately_optimized = ('backbone', 'discriminator')
    needs_clean_images = True

    def __init__(
        self,
        backbone: dict,
        *,
        discriminator: dict,
        losses: Mapping[str, dict | None],
        adversarial: Mapping[str, Any] | None = None,
        discriminator_steps: int = 1,
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
        if not isinstance(discriminator_steps, int) or discriminator_steps < 1:
            raise ValueError(
                'discriminator_steps must be a whole number of at least 1, got '
                f'{discriminator_steps}'
            )
        if losses.get('adversarial') is not None:
            raise ValueError(
                f'losses compare with targets, got {", ".join(losses)}: configure the adversarial '
                'loss by the argument `adversarial` instead, or rename a loss of that name'
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
        self.discriminator = MODELS.build(discriminator)
        given = adversarial or {}
        complete = given if 'type' in given else {**ADVERSARIAL, **given}
        self.adversarial = cast(AdversarialLoss, MODELS.build(dict(complete)))
        self.discriminator_steps = discriminator_steps

    @property
    def optimized_parts(self) -> dict[str, nn.Module]:
        """Modules with an optimizer of their own, by the optimizer's name."""
        rest = {name: part for name, part in self.named_children() if name != 'discriminator'}
        return {'backbone': nn.ModuleDict(rest), 'discriminator': self.discriminator}

    def train_step(self, data: dict, optim_wrapper: Any) -> dict[str, Tensor]:  # type: ignore[override]
        """Update the discriminator and, where it is its turn, the network.

        Args:
            data: a batch as it comes from the data loader.
            optim_wrapper: a :class:`mmrestore.engine.SeparateOptimWrappers`.

        Returns:
            Scalars to log: the loss of the discriminator and its mean logits, and of an update of
            the network the terms of its loss and their sum, ``loss``.
        """
        turn = optim_wrapper.num_updates('discriminator') % self.discriminator_steps
        updates_network = turn == self.discriminator_steps - 1
        with optim_wrapper['backbone'].optim_context(self):
            data = self.data_preprocessor(data, True)
            with nullcontext() if updates_network else torch.no_grad():
                compared = self.compared(**data)
        restored = fine_image(compared[0])
        real = self._clean_images(data['data_samples'], restored)
        with optim_wrapper['discriminator'].optim_context(self):
            discriminated = self.discriminator_terms(restored.detach(), real)
        optim_wrapper.update('discriminator', discriminated['loss_discriminator'])
        if not updates_network:
            optim_wrapper.skip('backbone')
            return discriminated
        with optim_wrapper['backbone'].optim_context(self), frozen(self.discriminator):
            terms = self.generator_terms(*compared, real)
        loss, logged = self.parse_losses(terms)
        optim_wrapper.update('backbone', loss)
        # What is not finite is named in the order of the updates.
        return {**discriminated, **logged}

    def loss(self, inputs: Tensor, data_samples: DataSample) -> dict[str, Tensor]:
        """Return the loss terms of the network for a training batch."""
        compared = self.compared(inputs, data_samples)
        real = self._clean_images(data_samples, fine_image(compared[0]))
        return self.generator_terms(*compared, real)

    def generator_terms(
        self,
        pred: Tensor | TwoScales,
        target: Tensor,
        weight: Tensor | None,
        real: Tensor,
    ) -> dict[str, Tensor]:
        """Return the loss terms of the network from what it restored, also at two scales."""
        terms = self.loss_terms(pred, target, weight)
        logits = self.discriminator(fine_image(pred)).float()
        real_logits = None
        if self.adversarial.generator_needs_real:
            real_logits = self.discriminator(real).float()
        return {**terms, 'loss_adversarial': self.adversarial.generator(logits, real_logits)}

    def discriminator_terms(self, restored: Tensor, real: Tensor) -> dict[str, Tensor]:
        """Return the loss of the discriminator and its mean logits of both kinds of images."""
        # One after the other, for batch norms shall not mix them.
        real_logits = self.discriminator(real).float()
        logits = self.discriminator(restored).float()
        return {
            'loss_discriminator': self.adversarial.discriminator(logits, real_logits),
            'logit_real': real_logits.detach().mean(),
            'logit_restored': logits.detach().mean(),
        }

    def check_batch(self, inputs: Tensor, data_samples: DataSample) -> None:
        """Refuse a training batch, transformed, that does not fit the network or has no images."""
        super().check_batch(inputs, data_samples)
        self._clean_images(data_samples, data_samples.gt_img.flatten(0, -4))

    @staticmethod
    def _clean_images(data_samples: DataSample, restored: Tensor) -> Tensor:
        real = data_samples.get('real_img')
        if real is None:
            raise ValueError(
                'the discriminator needs clean images beside the degraded ones, `real_img`: train '
                'with an UnpairedDataset'
            )
        if real.shape[1:] != restored.shape[1:]:
            raise ValueError(
                f'the clean images are {tuple(real.shape[1:])} (channels, height, width), the '
                f'restored ones {tuple(restored.shape[1:])}: crop the clean side of the '
                "UnpairedDataset to the degraded one's size times the scale of the network"
            )
        return real


def fine_image(pred: Tensor | TwoScales) -> Tensor:
    """Return the images (N, C, H, W) that a discriminator sees of a prediction."""
    return pred.fine if isinstance(pred, TwoScales) else pred


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Freeze the parameters of a network within a ``with`` block.

    Examples:
        >>> net, x = nn.Linear(1, 1), torch.ones(1, 1, requires_grad=True)
        >>> with frozen(net):
        ...     y = net(x)
        >>> y.backward()
        >>> net.weight.grad is None, x.grad is None
        (True, False)
    """
    parameters = [p for p in network.parameters() if p.requires_grad]
    for parameter in parameters:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_(True)
