"""Seeds for random functions that are called without a generator."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

WITH_GENERATOR = {
    *(torch.rand, torch.randn, torch.randint, torch.randperm),
    *(torch.normal, torch.bernoulli, torch.multinomial, torch.poisson),
    *(Tensor.bernoulli, Tensor.multinomial, Tensor.bernoulli_, Tensor.uniform_, Tensor.normal_),
    *(Tensor.random_, Tensor.exponential_, Tensor.geometric_, Tensor.cauchy_, Tensor.log_normal_),
}
WITHOUT_GENERATOR = {torch.rand_like, torch.randn_like, torch.randint_like, F.gumbel_softmax}
IN_TRAINING = {
    function: inspect.signature(function)
    for function in (
        *(F.dropout, F.dropout1d, F.dropout2d, F.dropout3d),
        *(F.alpha_dropout, F.feature_alpha_dropout, F.rrelu),
    )
}  # these draw if their argument `training` is true
_swapping = threading.RLock()


class BareDraws(TorchFunctionMode):
    """Supply a generator to the random calls of this thread that pass none.

    Some functions, such as ``torch.rand_like``, take no generator. During such a call, PyTorch's
    global generator has the state of the supplied generator; its own state is restored after the
    call. A draw of another thread from the global generator during the call is not repeatable.

    Args:
        generator_of: returns the generator for a device, or None for PyTorch's global generator.

    Examples:
        >>> generator = torch.Generator().manual_seed(0)
        >>> with BareDraws(lambda device: generator):
        ...     drawn = torch.rand(2), torch.rand_like(torch.zeros(2))
        >>> generator = torch.Generator().manual_seed(0)
        >>> torch.cat(drawn).equal(torch.cat([torch.rand(2, generator=generator) for _ in 'ab']))
        True
    """

    def __init__(self, generator_of: Callable[[torch.device], torch.Generator | None]) -> None:
        super().__init__()
        self.generator_of = generator_of

    def __torch_function__(
        self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        """Call a PyTorch function, with a generator if it draws random numbers."""
        kwargs = kwargs or {}
        takes_one = func in WITH_GENERATOR and kwargs.get('generator') is None
        if not (takes_one or func in WITHOUT_GENERATOR or _in_training(func, args, kwargs)):
            return func(*args, **kwargs)
        device = _device(args, kwargs)
        generator = self.generator_of(device)
        if takes_one or generator is None:
            return func(*args, **({**kwargs, 'generator': generator} if takes_one else kwargs))
        common = _global_generator(device)
        with _swapping:
            before = common.get_state()
            try:
                common.set_state(generator.get_state())
                made = func(*args, **kwargs)
                generator.set_state(common.get_state())
            finally:
                common.set_state(before)
        return made


def _in_training(func: Callable, args: tuple, kwargs: dict) -> bool:
    if func not in IN_TRAINING:
        return False
    bound = IN_TRAINING[func].bind(*args, **kwargs)
    bound.apply_defaults()
    return bool(bound.arguments['training'])


def _device(args: tuple, kwargs: dict) -> torch.device:
    """Return the device of a call: its argument ``device``, else the device of its first tensor."""
    if kwargs.get('device') is not None:
        return torch.device(kwargs['device'])
    tensors = (value for value in (*args, *kwargs.values()) if isinstance(value, Tensor))
    first = next(tensors, None)
    return torch.get_default_device() if first is None else first.device


def _global_generator(device: torch.device) -> torch.Generator:
    if device.type != 'cuda':
        return torch.random.default_generator
    index = torch.cuda.current_device() if device.index is None else device.index
    return torch.cuda.default_generators[index]
