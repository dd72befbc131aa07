"""Registries of components by name.

Registries with a counterpart in MMEngine are its children: configs may name MMEngine's components,
and plugins may register in either. ``BATCH_TRANSFORMS``, ``INFERENCE``, ``OFFICIAL`` and
``OFFICIAL_FORMS`` have no counterpart.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from mmengine import registry as root
from mmengine.registry import Registry as _Registry
from mmengine.registry import build_from_cfg


class Registry(_Registry):
    """MMEngine's registry with suggestions for unknown names and arguments."""

    def get(self, key: str) -> Any:
        """Return the component registered as ``key``.

        Raises:
            KeyError: the name is unknown here and in MMEngine; the message suggests similar names.
        """
        self.import_from_location()
        # MMEngine interprets text before a dot as a scope, but official names contain dots.
        component = self.module_dict.get(key) or super().get(key)
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


def suggest(name: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """Return a sentence with known names similar to ``name``, or an empty string.

    Args:
        name: given name.
        known: known names.
        likeness: smallest similarity ratio in [0, 1] of suggested names.

    Examples:
        >>> suggest('SwinIr', ['SwinIR', 'Restormer'])
        ' Did you mean SwinIR?'
    """
    folded = {k.lower(): k for k in known}
    near = [
        folded[k] for k in difflib.get_close_matches(name.lower(), folded, n=3, cutoff=likeness)
    ]
    return f' Did you mean {" or ".join(near)}?' if near else ''


def _checked(build: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a build function to report misspelled arguments before anything is built."""

    def checked_build(cfg: Any, registry: Registry, *args: Any, **kwargs: Any) -> Any:
        if isinstance(cfg, dict) and isinstance(cfg.get('type'), str) and '_scope_' not in cfg:
            with registry.switch_scope_and_registry(None) as scoped:
                check_arguments(scoped.get(cfg['type']), cfg)
                given = {*cfg, *(kwargs.get('default_args') or {})}
                check_complete(scoped.get(cfg['type']), cfg['type'], given)
        return build(cfg, registry, *args, **kwargs)

    return checked_build


def check_arguments(component: Any, cfg: Mapping[str, Any], *, more: Iterable[str] = ()) -> None:
    """Check that a component accepts all arguments in its config.

    Args:
        component: class or function.
        cfg: config of the component.
        more: additional names that the config may contain.

    Raises:
        TypeError: an argument is unknown; the message suggests similar names and lists all.
    """
    try:
        parameters = inspect.signature(component).parameters
    except (TypeError, ValueError):  # a builtin without a signature checks its own arguments
        return
    if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        check_names(cfg['type'], cfg, [*parameters, *more])


def check_complete(component: Any, name: str, given: Collection[str]) -> None:
    """Check that all required arguments of a component are given.

    Args:
        component: class or function.
        name: name of the component for messages.
        given: names of the given arguments.

    Raises:
        TypeError: a required argument is missing.
    """
    try:
        parameters = inspect.signature(component).parameters.values()
    except (TypeError, ValueError):
        return
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    missing = [p.name for p in named if p.default is p.empty and p.name not in given]
    if missing:
        raise TypeError(f'{name} needs {", ".join(missing)}, which the config does not give')


def check_names(owner: str, names: Iterable[str], known: Sequence[str]) -> None:
    """Check that all ``names`` are known; ``type`` and ``_scope_`` are always allowed.

    Raises:
        TypeError: a name is unknown; the message suggests similar names and lists all.

    Examples:
        >>> check_names('SSIM', {'type': 'SSIM', 'chanel': 'y'}, ['channel', 'name'])
        Traceback (most recent call last):
        TypeError: SSIM has no argument 'chanel'. Did you mean channel? It takes: channel, name.
    """
    for name in names:
        if name not in ('type', '_scope_', *known):
            raise TypeError(
                f'{owner} has no argument {name!r}.{suggest(name, known)} '
                f'It takes: {", ".join(known) or "none"}.'
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
VISUALIZERS = _child(root.VISUALIZERS, 'engine')
VISBACKENDS = _child(root.VISBACKENDS, 'engine')
LOG_PROCESSORS = _child(root.LOG_PROCESSORS)

BATCH_TRANSFORMS = _own('batch transform', 'batch_transforms')
INFERENCE = _own('inference decorator', 'models.inference')
OFFICIAL = _own('official architecture', 'models')
OFFICIAL_FORMS = _own('network in official form', 'models.official_forms')

ALL = tuple(value for value in list(globals().values()) if isinstance(value, Registry))


def find_component(name: str) -> Any:
    """Return the component from the first registry that contains the name, or None.

    Examples:
        >>> find_component('SwinIR').__name__, find_component('Swinir')
        ('SwinIR', None)
    """
    for registry in ALL:
        registry.import_from_location()
        component = registry.module_dict.get(name)
        if component is None and registry.parent is not None:
            component = registry.parent.module_dict.get(name)
        if component is not None:
            return component
    return None
