"""Small hooks around every iteration: seeds, batch statistics, throughput."""

from __future__ import annotations

import random
import resource
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from mmengine.dist import all_reduce_params

from mmrestore.engine.hooks.base import Hook
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


def iteration_seed(seed: int, iteration: int, rank: int) -> int:
    """Return the seed of one iteration on one rank, a number below 2**63.

    Examples:
        >>> iteration_seed(0, 1, 0) == iteration_seed(0, 1, 0)
        True
        >>> len({iteration_seed(0, i, r) for i in range(10) for r in range(2)})
        20
    """
    return int(np.random.SeedSequence((seed, iteration, rank)).generate_state(1, np.uint64)[0] >> 1)


@HOOKS.register_module()
class IterationSeedHook(Hook):
    """Seed all generators before every training iteration.

    What an iteration draws on the device (noise, permutations, masks, dropped paths) then depends
    on (seed, iteration, rank) alone: a resumed run needs no generator state, validation cannot
    disturb training, and ranks differ.
    """

    priority = 'VERY_HIGH'

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Seed Python, NumPy and PyTorch."""
        seed = iteration_seed(runner.seed, runner.iter, runner.rank)
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002  for plugins that draw from it
        torch.manual_seed(seed)


@HOOKS.register_module()
class AverageBuffersHook(Hook):
    """Average the running statistics of all processes after every training iteration.

    Each process sees images of its own. The network that is validated, saved, averaged or resumed
    is then one and the same on all of them. A running mean is linear in the means of the batches:
    averaging it often or once gives the same. Averaged are the floating-point buffers that
    checkpoints hold; what a constructor computes is not among them. The runner always has this
    hook: MMEngine's ``SyncBuffersHook`` averages at the end of an epoch or before a validation,
    when EMA and the checkpoints of iterations have taken their copies.
    """

    priority = 'ABOVE_NORMAL'  # before EMA copies the buffers

    def before_train(self, runner: Runner) -> None:
        """Look up which buffers there are."""
        saved = runner.network.state_dict().keys()
        self._names = [
            name
            for name, buffer in runner.network.named_buffers()
            if name in saved and buffer.is_floating_point()
        ]

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Average over the processes, if there are several."""
        if runner.distributed:
            buffers = [runner.network.get_buffer(name) for name in self._names]
            all_reduce_params(buffers, op='mean')


@HOOKS.register_module()
class ThroughputHook(Hook):
    """Log images per second over all processes and, on a CPU, the peak memory in MiB.

    The time is that of ``IterTimerHook``; without it, only the memory is logged.
    """

    priority = 55  # between the timer (50), whose time it reads, and the logger (60)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Add the scalars of this iteration."""
        hub = runner.message_hub
        if 'train/time' in hub.log_scalars:
            seconds = hub.get_scalar('train/time').current()
            hub.update_scalar('train/images_per_s', runner.samples_per_step / max(seconds, 1e-9))
        if not torch.cuda.is_available():
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            hub.update_scalar('train/memory', peak)


@HOOKS.register_module()
class TrimHistoryHook(Hook):
    """Bound the history of logged scalars: MMEngine copies up to a million values an iteration.

    Args:
        max_length: values of each scalar that are kept for smoothing.
    """

    priority = 'LOW'

    def __init__(self, *, max_length: int = 10_000) -> None:
        self.max_length = max_length

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Set the bound; scalars may appear at any time."""
        for buffer in runner.message_hub.log_scalars.values():
            buffer.max_length = self.max_length
