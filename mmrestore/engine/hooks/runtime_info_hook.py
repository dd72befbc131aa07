"""Log the losses of each iteration without waiting for the device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmengine.hooks import RuntimeInfoHook as _RuntimeInfoHook

from mmrestore.engine.delayed_scalars import Values
from mmrestore.engine.optim_wrappers import OptimWrapper, wrappers_of
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class RuntimeInfoHook(_RuntimeInfoHook):
    """MMEngine's hook, whose losses and gradient norms take the way of ``runner.scalars``.

    On a GPU they are logged one iteration late, and before each line of the log, each validation
    and each checkpoint all that were sent are waited for.
    """

    def before_train(self, runner: Runner) -> None:
        """Listen to the scalars of the run."""
        super().before_train(runner)
        hub = runner.message_hub

        def log(iteration: int, values: Values) -> None:
            for name, value in values:
                hub.update_scalar(f'train/{name}', value)

        runner.scalars.listeners.append(log)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Send the losses of this iteration, and the gradient norms of its updates."""
        norms = [
            (wrapper.grad_name, norm)
            for wrapper in wrappers_of(runner.optim_wrapper)
            if isinstance(wrapper, OptimWrapper) and (norm := wrapper.take_grad_norm()) is not None
        ]
        runner.scalars.put(runner.iter, [*norms, *(outputs or {}).items()])

    def before_val(self, runner: Runner) -> None:
        """Receive all losses before a validation."""
        runner.scalars.flush()

    def after_train(self, runner: Runner) -> None:
        """Receive the last losses."""
        runner.scalars.flush()
        super().after_train(runner)
