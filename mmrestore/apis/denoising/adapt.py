"""Self-training: adapt a denoiser to the noise of a folder, without clean images."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mmrestore.batch_transforms.flipped_residual import BLOCK, UNDERESTIMATED
from mmrestore.functional.dihedral import dihedral
from mmrestore.functional.witnesses import flip_signs
from mmrestore.models.backbones.base import facts
from mmrestore.models.inference.pad import extend

LEARNING_RATE = 2e-4
BATCH, PATCH = 4, 128
NOISE = (0.8, 1.3)  # range of the factor of the noise, drawn for each patch
MOMENTUM = 0.999  # of the average of the weights


class Budget(NamedTuple):
    """Training budget: seconds, or a number of steps if given."""

    seconds: float
    steps: int | None = None

    def share(self, elapsed: float, step: int) -> float:
        """Return the share that is used, 1 at the end."""
        if self.steps is not None:
            return step / self.steps if self.steps else 1.0
        return elapsed / self.seconds if self.seconds > 0 else 1.0


class Training(NamedTuple):
    """Training statistics: optimization steps, seconds, and whether Ctrl-C ended it."""

    steps: int
    seconds: float
    interrupted: bool = False


def self_train(
    network: nn.Module,
    restore: Callable[[Tensor], Tensor],
    crops: Sequence[Tensor],
    budget: Budget,
    *,
    device: str,
    seed: int = 0,
    told: Callable[[float], None] = lambda share: None,
) -> Training:
    """Train a network on its own results with its own residual as noise.

    The target is what the shipped network makes of a crop; the input is the target and 1.3 times
    the residual of the shipped network, with signs that change at random in blocks of 32 pixels,
    times 0.8 to 1.3. The loss is the mean absolute difference; the network gets averaged weights
    at the end. Ctrl-C ends the training early.

    Args:
        network: the network that is trained, from its present weights on.
        restore: the shipped denoiser of images (1, 3, h, w).
        crops: noisy (3, h, w) in [0, 1].
        budget: how long it takes; the learning rate falls on a half cosine over that time.
        device: where the network is.
        seed: of patches and signs.
        told: gets the share of the budget that is used, after each step.
    """
    start = time.monotonic()
    generator = torch.Generator().manual_seed(seed)
    multiple = facts(network).size_multiple
    side = -(-PATCH // multiple) * multiple
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    average = [parameter.detach().clone() for parameter in network.parameters()]
    step, interrupted = 0, False
    try:
        pairs = [_pair(crop, restore, side) for crop in crops]
        while (share := budget.share(time.monotonic() - start, step)) < 1:
            for group in optimizer.param_groups:
                group['lr'] = LEARNING_RATE * (1 + math.cos(math.pi * share)) / 2
            clean, noise = (x.to(device) for x in _batch(pairs, side, generator))
            loss = (network(clean + noise) - clean).abs().mean()
            if not torch.isfinite(loss):
                break
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            momentum = min(MOMENTUM, step / (step + 9))
            with torch.no_grad():
                for mean, parameter in zip(average, network.parameters(), strict=True):
                    mean.lerp_(parameter, 1 - momentum)
            told(budget.share(time.monotonic() - start, step))
    except KeyboardInterrupt:
        interrupted = True
    with torch.no_grad():
        for mean, parameter in zip(average, network.parameters(), strict=True):
            parameter.copy_(mean)
    return Training(step, time.monotonic() - start, interrupted)


def _pair(crop: Tensor, restore: Callable[[Tensor], Tensor], side: int) -> tuple[Tensor, Tensor]:
    """Return what the shipped network makes of a crop, and its noise, at least ``side`` large."""
    restored = restore(crop[None]).cpu().clone()  # a tensor that gradients may pass
    residual = UNDERESTIMATED * (crop[None] - restored)
    sides = (max(crop.shape[1], side), max(crop.shape[2], side))
    clean, noise = (extend(x, sides, mode='symmetric') for x in (restored, residual))
    return clean, noise


def _batch(
    pairs: Sequence[tuple[Tensor, Tensor]], side: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return targets and noise (N, 3, side, side) of patches that are drawn at random."""

    def draw(end: int) -> int:
        return int(torch.randint(0, end, (), generator=generator))

    cleans, noises = [], []
    for _ in range(BATCH):
        clean, noise = pairs[draw(len(pairs))]
        top, left = (draw(length - side + 1) for length in clean.shape[-2:])
        place = (..., slice(top, top + side), slice(left, left + side))
        index = draw(8)
        factor = NOISE[0] + (NOISE[1] - NOISE[0]) * float(torch.rand((), generator=generator))
        cleans.append(dihedral(clean[place], index))
        noises.append(factor * flip_signs(dihedral(noise[place], index), generator, BLOCK))
    return torch.cat(cleans), torch.cat(noises)
