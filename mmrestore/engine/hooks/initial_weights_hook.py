"""Initialize a training from a part of another network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmrestore.engine.hooks.base import Hook
from mmrestore.models.weights import copy_weights
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class InitialWeightsHook(Hook):
    """Start a training from the weights of another network that have the same names.

    ``load_from`` loads a whole network, this copies what two networks have in common, such as a
    student and its teacher. A run that goes on has its own weights already.

    Args:
        checkpoint: checkpoint of this package, or released weights, of the other network.
        without: beginnings of names of weights that are left as they are.

    Raises:
        FileNotFoundError: at the start of training, if there is no such file.
        ValueError: then, if a weight of the network is in no checkpoint or has another shape there
            and is not left out.
    """

    priority = 'HIGH'  # before hooks that look at the weights

    def __init__(self, checkpoint: str | Path, *, without: Sequence[str] = ()) -> None:
        self.checkpoint = checkpoint
        self.without = tuple(without)

    def before_train(self, runner: Runner) -> None:
        """Copy the weights, unless the run goes on."""
        if runner.iter > 0:
            return
        names = copy_weights(runner.network, self.checkpoint, without=self.without)
        # An average of weights made its copy before.
        runner.call_hook(
            'after_load_checkpoint', checkpoint={'state_dict': runner.network.state_dict()}
        )
        runner.logger.info('%d weights start as in %s', len(names), self.checkpoint)
