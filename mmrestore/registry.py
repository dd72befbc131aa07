"""Registries: every component is found by its name here.

Those that MMEngine has too are its children, so that its own components can be named in our
configs and a plugin may register in either. ``BATCH_TRANSFORMS``, ``INFERENCE`` and ``OFFICIAL``
have no counterpart there.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from typing import Any

from mmengine import registry as root
from mmengine.registry import Registry as _Registry
from mmengine.registry import build_from_cfg


class Registry(_Registry):
    """MMEngine's registry, answering unknown names and arguments with near ones."""

    def get(self, key: str) -> Any:
        """Return the component called ``key``.

        Raises:
            KeyError: no component has that name, here or in MMEngine; the message names near ones.
        """
        component = super().get(key)
        if component is None:
            raise KeyError(
                f'unknown {self.name} {key!r}.{suggest(key, self._all_names())} If it comes from a '
                'plugin, install it or name its module in `custom_imports`.'
            )
        return component

    def _all_names(self) -> list[str]:
        names, registry = [], self
        while registry is not None:
            names += list(registry.module_dict)
            registry = registry.parent
        return names


def suggest(name: str, known: list[str]) -> str:
    """Return a sentence that names what ``name`` may have meant, or the empty string.

    Examples:
        >>> suggest('SwinIr', ['SwinIR', 'Restormer'])
        ' Did you mean SwinIR?'
    """
    folded = {k.lower(): k for k in known}
    near = [folded[k] for k in difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.6)]
    return f' Did you mean {" or ".join(near)}?' if near else ''


def _checked(build: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a build function so that misspelt arguments are named before anything is built."""

    def checked_build(cfg: Any, registry: Registry, *args: Any, **kwargs: Any) -> Any:
        if isinstance(cfg, dict) and isinstance(cfg.get('type'), str) and '_scope_' not in cfg:
            with registry.switch_scope_and_registry(None) as scoped:
                _check_arguments(scoped.get(cfg['type']), cfg)
        return build(cfg, registry, *args, **kwargs)

    return checked_build


def _check_arguments(component: Any, cfg: dict) -> None:
    try:
        parameters = inspect.signature(component).parameters
    except (TypeError, ValueError):  # a builtin without a signature checks its own arguments
        return
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    for name in cfg:
        if name != 'type' and name not in parameters:
            raise TypeError(
                f'{cfg["type"]} has no argument {name!r}.{suggest(name, list(parameters))} '
                f'It takes: {", ".join(parameters) or "none"}.'
            )


def _child(parent: _Registry, *places: str) -> Registry:
    return Registry(
        parent.name,
        build_func=_checked(parent.build_func),
        parent=parent,
        scope='mmrestore',
        locations=[f'mmrestore.{place}' for place in places],
    )


def _own(name: str, place: str) -> Registry:
    return Registry(
        name,
        build_func=_checked(build_from_cfg),
        scope='mmrestore',
        locations=[f'mmrestore.{place}'],
    )


MODELS = _child(root.MODELS, 'models')
DATASETS = _child(root.DATASETS, 'datasets')
DATA_SAMPLERS = _child(root.DATA_SAMPLERS, 'datasets')
TRANSFORMS = _child(root.TRANSFORMS, 'datasets')
FUNCTIONS = _child(root.FUNCTIONS, 'datasets')
METRICS = _child(root.METRICS, 'evaluation')
EVALUATORS = _child(root.EVALUATOR)
HOOKS = _child(root.HOOKS, 'engine')
LOOPS = _child(root.LOOPS, 'engine')
RUNNERS = _child(root.RUNNERS, 'engine')
OPTIMIZERS = _child(root.OPTIMIZERS)
OPTIM_WRAPPERS = _child(root.OPTIM_WRAPPERS, 'engine')
OPTIM_WRAPPER_CONSTRUCTORS = _child(root.OPTIM_WRAPPER_CONSTRUCTORS)
PARAM_SCHEDULERS = _child(root.PARAM_SCHEDULERS)
MODEL_WRAPPERS = _child(root.MODEL_WRAPPERS)
WEIGHT_INITIALIZERS = _child(root.WEIGHT_INITIALIZERS)
VISUALIZERS = _child(root.VISUALIZERS)
VISBACKENDS = _child(root.VISBACKENDS)
LOG_PROCESSORS = _child(root.LOG_PROCESSORS)

BATCH_TRANSFORMS = _own('batch transform', 'batch_transforms')
INFERENCE = _own('inference decorator', 'models.inference')
OFFICIAL = _own('official architecture', 'models.official')
