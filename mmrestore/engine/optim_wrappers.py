"""Optimizers of the whole model or of its parts, with updates that can be skipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.dist import all_reduce, all_reduce_params, get_world_size
from mmengine.optim import OptimWrapper as _OptimWrapper
from mmengine.optim import OptimWrapperDict, build_optim_wrapper
from torch import Tensor, nn

from mmrestore.registry import OPTIM_WRAPPERS


@OPTIM_WRAPPERS.register_module()
class OptimWrapper(_OptimWrapper):
    """MMEngine's wrapper, which can leave out what a loss that is not finite would change.

    The norm of clipped gradients is not read from the device, but kept for ``RuntimeInfoHook``.

    Attributes:
        skips_non_finite: whether it does; ``FiniteLossHook`` sets it.
        has_skipped: whether it did since that hook last looked.
    """

    skips_non_finite = False
    has_skipped = False
    _grad_norm: Tensor | None = None

    def take_grad_norm(self) -> Tensor | None:
        """Return the norm of the gradients before the last step clipped them, at most once."""
        norm, self._grad_norm = self._grad_norm, None
        return norm

    def _clip_grad(self) -> None:
        groups = self.optimizer.param_groups
        parameters = [p for group in groups for p in group['params'] if p.grad is not None]
        if parameters:
            self._grad_norm = self.clip_func(parameters, **self.clip_grad_kwargs)

    def update_params(  # type: ignore[override]
        self, loss: Tensor, step_kwargs: dict | None = None, zero_kwargs: dict | None = None
    ) -> None:
        """Add the gradients of a loss and, where it is due, update the parameters."""
        if not leave_out(self, loss):
            super().update_params(loss, step_kwargs, zero_kwargs)
        elif self.should_update():
            # Gradients accumulated before have not been averaged by a backward pass.
            update_from_all(self, step_kwargs, zero_kwargs)


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

    def __init__(self, wrappers: Mapping[str, _OptimWrapper]) -> None:
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
        if not leave_out(wrapper, loss):
            wrapper.backward(wrapper.scale_loss(loss))
        if wrapper.should_update():
            update_from_all(wrapper)

    def skip(self, name: str) -> None:
        """Count an iteration that does not concern a part."""
        self[name]._inner_count += 1


def leave_out(wrapper: _OptimWrapper, loss: Tensor) -> bool:
    """Count an iteration whose loss is not finite in any process, if the wrapper leaves it out."""
    if not isinstance(wrapper, OptimWrapper) or not wrapper.skips_non_finite:
        return False
    finite = loss.detach().isfinite().all().int()
    all_reduce(finite, op='min')
    if finite:
        return False
    wrapper.has_skipped = True
    wrapper._inner_count += 1
    return True


def update_from_all(
    wrapper: _OptimWrapper, step_kwargs: dict | None = None, zero_kwargs: dict | None = None
) -> None:
    """Average the gradients over all processes, and update the parameters if there are any."""
    parameters = [p for group in wrapper.optimizer.param_groups for p in group['params']]
    average_gradients(parameters)
    if any(p.grad is not None for p in parameters):
        wrapper.step(**(step_kwargs or {}))
        wrapper.zero_grad(**(zero_kwargs or {}))


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


def wrappers_of(wrapper: _OptimWrapper | OptimWrapperDict) -> list[_OptimWrapper]:
    """Return the optimizer wrappers of all parts of a model, or the single one."""
    return list(wrapper.values()) if isinstance(wrapper, OptimWrapperDict) else [wrapper]


def is_accumulating(wrapper: _OptimWrapper | OptimWrapperDict) -> bool:
    """Whether gradients of an incomplete step are accumulated."""
    return not all(each.should_update() for each in wrappers_of(wrapper))


def build_separate_optim_wrappers(model: Any, config: Mapping[str, Any]) -> SeparateOptimWrappers:
    """Build an optimizer wrapper for each of the ``optimized_parts`` of a model."""
    parts = model.optimized_parts
    return SeparateOptimWrappers(
        {name: build_optim_wrapper(part, config[name]) for name, part in parts.items()}
    )
