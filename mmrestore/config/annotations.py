"""What a setting may be, by the annotation of the argument that it becomes."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterable, Mapping
from typing import Any

from mmrestore.config.merging import look_up
from mmrestore.registry import find_component

# What reads the settings of a dictionary that names no type.
READERS = {
    '': 'mmengine.runner:Runner',
    r'(train|val|test)_dataloader': 'torch.utils.data:DataLoader',
    'randomness': 'mmengine.runner:Runner.set_randomness',
    'log_processor': 'mmengine.runner:LogProcessor',
    r'optim_wrapper(\.\w+)?\.clip_grad': 'torch.nn.utils:clip_grad_norm_',
}


def argument(settings: Mapping[str, Any], key: str) -> inspect.Parameter | None:
    """Return the argument that a dotted key sets, None if it is not known.

    Examples:
        >>> argument({'randomness': {}}, 'randomness.seed').name
        'seed'
    """
    parent, _, name = key.rpartition('.')
    owner = present_setting(settings, parent) if parent else None
    kind = owner.get('type') if isinstance(owner, Mapping) else None
    if isinstance(kind, str):
        return _parameter(find_component(kind), name)
    for pattern, reader in READERS.items():
        if re.fullmatch(pattern, parent):
            return _parameter(pkgutil.resolve_name(reader), name)
    return None


def argument_annotation(settings: Mapping[str, Any], key: str) -> str:
    """Return the annotation of the argument that a dotted key sets, '' if it is not known."""
    parameter = argument(settings, key)
    if parameter is None or parameter.annotation is parameter.empty:
        return ''
    annotation = parameter.annotation
    return annotation if isinstance(annotation, str) else _written(annotation)


def _parameter(component: Any, name: str) -> inspect.Parameter | None:
    """Return an argument of a component, or of a class from which it passes arguments on."""
    for each in (component, *getattr(component, '__mro__', ())[1:]):
        try:
            parameter = inspect.signature(each).parameters.get(name)
        except (TypeError, ValueError):
            continue
        if parameter is not None:
            return parameter
    return None


def annotation_members(annotation: str) -> list[str]:
    """Return the types that an annotation allows.

    Examples:
        >>> annotation_members('str | Sequence[str] | None'), annotation_members('Optional[str]')
        (['str', 'Sequence[str]', 'None'], ['str', 'None'])
    """
    try:
        return list(_members(ast.parse(annotation, mode='eval').body))
    except SyntaxError:
        return []


def _members(node: ast.expr) -> Iterable[str]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _members(node.left)
        yield from _members(node.right)
    elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(
        ('Optional', 'Union')
    ):
        inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for member in inside:
            yield from _members(member)
        if ast.unparse(node.value).endswith('Optional'):
            yield 'None'
    else:
        yield ast.unparse(node)


def is_text(member: str) -> bool:
    """Whether a type that an annotation allows is text or a path."""
    name = member.rpartition('.')[2]
    return name in ('str', 'Path', 'PathLike', 'PurePath') or bool(
        re.fullmatch(r"(typing\.)?Literal\[.*['\"].*\]", member)
    )


def _written(annotation: Any) -> str:
    if annotation is None or annotation is type(None):
        return 'None'
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def present_setting(settings: Mapping[str, Any], key: str) -> Any:
    """Return the setting of a dotted key, None if there is none."""
    try:
        return look_up(settings, key)
    except KeyError:
        return None
