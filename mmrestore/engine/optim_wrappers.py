"""Several optimizers, each of a part of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.dist import all_reduce, all_reduce_params, get_world_size
from mmengine.optim import OptimWrapper, OptimWrapperDict, build_optim_wrapper
from torch import Tensor, nn


class SeparateOptimWrappers(OptimWrapperDict):
    """Optimizers of parts of a model, which the model's own ``train_step`` updates one by one.

    Each counts the iterations of training, so that gradients are accumulated over the same ones.
    With several processes the gradients are averaged over them right before a step: MMEngine's
    distributed wrappers call no ``train_step`` of the model, or cannot accumulate, and those of
    PyTorch expect all parameters to have a gradient in every backward pass.

    Args:
        wrappers: optimizer wrappers by the name of their part.

    Raises:
        ValueError: they accumulate gradients over different numbers of iterations.
    """

    def __init__(self, wrappers: Mapping[str, OptimWrapper]) -> None:
        super().__init__(**wrappers)
        counts = {name: wrapper._accumulative_counts for name, wrapper in wrappers.items()}
        if len(set(counts.values())) > 1:
            raise ValueError(f'all optimizers must have the same accumulative_counts, got {counts}')

    def initialize_count_status(self, model: nn.Module, cur_iter: int, max_iters: int) -> None:
        """Begin to count at an iteration."""
        for wrapper in self.values():
            wrapper.initialize_count_status(model, cur_iter, max_iters)

    def num_updates(self, name: str) -> int:
        """Return how many updates of a part are complete, if it was never skipped."""
        return self[name].inner_count // self[name]._accumulative_counts

    def update(self, name: str, loss: Tensor) -> None:
        """Add the gradients of a loss to those of a part and, where it is due, update it."""
        wrapper = self[name]
        wrapper.backward(wrapper.scale_loss(loss))
        if wrapper.should_update():
            groups = wrapper.optimizer.param_groups
            average_gradients([p for group in groups for p in group['params']])
            wrapper.step()
            wrapper.zero_grad()

    def skip(self, name: str) -> None:
        """Count an iteration that does not concern a part."""
        self[name]._inner_count += 1


def average_gradients(parameters: list[nn.Parameter]) -> None:
    """Replace gradients by their mean over all processes; one that a process lacks counts as 0."""
    if get_world_size() == 1:
        return
    used = torch.tensor([p.grad is not None for p in parameters], device=parameters[0].device)
    used = used.int()
    all_reduce(used, op='max')
    found = [p for p, is_used in zip(parameters, used.tolist(), strict=True) if is_used]
    for parameter in found:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    all_reduce_params([p.grad for p in found], op='mean')


def is_accumulating(wrapper: OptimWrapper | OptimWrapperDict) -> bool:
    """Whether there are gradients of a step that is not complete."""
    wrappers = wrapper.values() if isinstance(wrapper, OptimWrapperDict) else [wrapper]
    return not all(each.should_update() for each in wrappers)


def build_separate_optim_wrappers(model: Any, config: Mapping[str, Any]) -> SeparateOptimWrappers:
    """Build an optimizer wrapper for each of the ``optimized_parts`` of a model."""
    parts = model.optimized_parts
    return SeparateOptimWrappers(
        {name: build_optim_wrapper(part, config[name]) for name, part in parts.items()}
    )
