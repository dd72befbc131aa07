"""Activation checkpointing: blocks compute their features again in the backward pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from mmrestore.models.backbones.base import facts


def checkpoint_blocks(network: nn.Module) -> list[str]:
    """Let the blocks that a network states keep their inputs only, in training.

    The features within a block are computed a second time in the backward pass: less memory for
    about a third more time. Gradients are the same, and so are random masks and dropped paths,
    whose generators are set back for the second time. Names in state dicts stay.

    Source: Chen, Xu, Zhang and Guestrin, "Training deep nets with sublinear memory cost", 2016.

    Returns:
        The names of the blocks.

    Raises:
        ValueError: the network states no blocks.

    Examples:
        >>> from mmrestore.models.backbones import SwinIR
        >>> checkpoint_blocks(SwinIR(embed_channels=12, depths=[2], num_heads=[2]))
        ['layers.0.residual_group.blocks.0', 'layers.0.residual_group.blocks.1']
    """
    modules = dict(network.named_modules())
    names = [name for name in modules if _matches(name, facts(network).block_names)]
    if not names:
        raise ValueError(
            f'{type(network).__name__} states no blocks whose features could be computed again: '
            'leave out model.checkpoint_blocks, or name them in its attribute `block_names`'
        )
    for name in names:
        modules[name].forward = _Checkpointed(modules[name].forward)
    return names


class _Checkpointed:
    """The forward pass of a block; a copy of the network gets one of its own."""

    def __init__(self, forward: Callable[..., Any]) -> None:
        self.forward = forward

    def __call__(self, *arguments: Any) -> Any:
        block: Any = getattr(self.forward, '__self__')  # noqa: B009  a bound method has it
        if not (block.training and torch.is_grad_enabled()):
            return self.forward(*arguments)
        return checkpoint(self.forward, *arguments, use_reentrant=False)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a dotted name matches a pattern whose ``*`` stands for one part of it.

    Examples:
        >>> [_matches(name, ['layers.*']) for name in ('layers.0', 'layers.0.attn')]
        [True, False]
    """
    return any(
        re.fullmatch(re.escape(pattern).replace(r'\*', '[^.]+'), name) for pattern in patterns
    )
