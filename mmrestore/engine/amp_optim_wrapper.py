"""Mixed precision on GPUs and CPUs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from mmengine.device import get_device
from torch import Tensor, nn

from mmrestore.engine.optim_wrappers import OptimWrapper
from mmrestore.registry import OPTIM_WRAPPERS

DTYPES = {'bfloat16': torch.bfloat16, 'float16': torch.float16}


@OPTIM_WRAPPERS.register_module()
class AmpOptimWrapper(OptimWrapper):
    """Run the forward pass under autocast; scale the loss where the type is float16.

    MMEngine's wrapper of the same name scales bfloat16 too and refuses a CPU.

    Args:
        optimizer: the optimizer.
        dtype: ``bfloat16`` (GPU and CPU) or ``float16`` (GPU only).
        init_scale: first scale of a float16 loss.
        accumulative_counts: iterations whose gradients are summed before a step.
        clip_grad: arguments of ``clip_grad_norm_`` or ``clip_grad_value_``.

    Raises:
        ValueError: the type is not one of the two, or is float16 without a GPU.
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        *,
        dtype: str = 'bfloat16',
        init_scale: float = 65536.0,
        accumulative_counts: int = 1,
        clip_grad: dict | None = None,
    ) -> None:
        if dtype not in DTYPES:
            raise ValueError(f'dtype must be one of {", ".join(DTYPES)}, got {dtype!r}')
        self.device_type = get_device().split(':')[0]
        if dtype == 'float16' and self.device_type == 'cpu':
            raise ValueError('float16 needs a GPU: use dtype="bfloat16" on a CPU')
        super().__init__(optimizer, accumulative_counts=accumulative_counts, clip_grad=clip_grad)
        self.dtype = DTYPES[dtype]
        self.scaler = torch.amp.GradScaler(
            self.device_type, init_scale=init_scale, enabled=dtype == 'float16'
        )

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Autocast the forward pass; skip the synchronisation of accumulated gradients."""
        with super().optim_context(model), torch.autocast(self.device_type, self.dtype):
            yield

    def backward(self, loss: Tensor, **kwargs: Any) -> None:
        """Compute the gradients of the scaled loss."""
        super().backward(self.scaler.scale(loss), **kwargs)

    def step(self, **kwargs: Any) -> None:
        """Clip the unscaled gradients and update the parameters, if they are finite."""
        self.scaler.unscale_(self.optimizer)
        if self.clip_grad_kwargs:
            self._clip_grad()
        self.scaler.step(self.optimizer, **kwargs)
        self.scaler.update()

    def state_dict(self) -> dict:
        """Return the state of the optimizer with that of the scaler."""
        return {**super().state_dict(), 'loss_scaler': self.scaler.state_dict()}

    def load_state_dict(self, state_dict: dict) -> None:
        """Load the state of the optimizer and, where there is one, of the scaler."""
        state_dict = dict(state_dict)
        scaler = state_dict.pop('loss_scaler', None)
        if scaler:
            self.scaler.load_state_dict(scaler)
        super().load_state_dict(state_dict)
