"""Types of settings, from the annotations of the arguments that they set."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mmrestore.config.merging import look_up
from mmrestore.registry import find_component

# Functions and classes that read dictionaries without a type.
READERS = {
    '': 'mmengine.runner:Runner',
    r'(train|val|test)_dataloader': 'torch.utils.data:DataLoader',
    'randomness': 'mmengine.runner:Runner.set_randomness',
    'log_processor': 'mmengine.runner:LogProcessor',
    r'optim_wrapper(\.\w+)?\.clip_grad': 'torch.nn.utils:clip_grad_norm_',
}
# Settings read from other dictionaries without a type.
UNTYPED = {
    'env_cfg': ('cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit', 'tf32'),
    'randomness': ('seed', 'diff_rank_seed', 'deterministic'),
    'auto_scale_lr': ('base_batch_size', 'enable'),
}
# Settings without a signature, or read before the component that has one.
ANNOTATIONS = {
    r'find_unused_parameters|auto_scale_lr\.enable|env_cfg\.(cudnn_benchmark|tf32)': 'bool',
    r'train_cfg\.val_interval': 'int | None',
    r'auto_scale_lr\.base_batch_size|env_cfg\.resource_limit': 'int',
    r'(train|val|test)_dataloader\.(total_batch_size|num_batch_per_epoch)': 'int | None',
}


def argument(settings: Mapping[str, Any], key: str) -> inspect.Parameter | None:
    """Return the argument that a dotted key sets, or None if it is unknown.

    Examples:
        >>> argument({'randomness': {}}, 'randomness.seed').name
        'seed'
    """
    owner, _, name = key.rpartition('.')
    return next((p for p in _parameters(settings, owner) if p.name == name), None)


def argument_names(settings: Mapping[str, Any], owner: str) -> list[str]:
    """Return the known argument names of the component at a dotted key.

    Examples:
        >>> argument_names({'model': {'type': 'L1Loss'}}, 'model')
        ['loss_weight', 'reduction']
    """
    names = (*UNTYPED.get(owner, ()), *(p.name for p in _parameters(settings, owner)))
    return list(dict.fromkeys(names))


def _parameters(settings: Mapping[str, Any], owner: str) -> Iterator[inspect.Parameter]:
    """Yield the arguments of the component that reads the dictionary at a dotted key."""
    config = present_setting(settings, owner) if owner else None
    kind = config.get('type') if isinstance(config, Mapping) else None
    if isinstance(kind, str):
        component = find_component(kind)
        # A class may pass arguments to its base classes.
        yield from _signatures(component, *getattr(component, '__mro__', ())[1:])
        return
    for pattern, reader in READERS.items():
        if re.fullmatch(pattern, owner):
            yield from _signatures(pkgutil.resolve_name(reader))


def _signatures(*components: Any) -> Iterator[inspect.Parameter]:
    for each in components:
        try:
            parameters = inspect.signature(each).parameters.values()
        except (TypeError, ValueError):
            continue
        yield from (p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))


def argument_annotation(settings: Mapping[str, Any], key: str) -> str:
    """Return the annotation of the argument that a dotted key sets, or '' if it is unknown."""
    for pattern, stated in ANNOTATIONS.items():
        if re.fullmatch(pattern, key):
            return stated
    parameter = argument(settings, key)
    if parameter is None or parameter.annotation is parameter.empty:
        return ''
    annotation = parameter.annotation
    return annotation if isinstance(annotation, str) else _written(annotation)


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
    """Return True if a type of an annotation is text or a path."""
    name = member.rpartition('.')[2]
    return name in ('str', 'Path', 'PathLike', 'PurePath') or bool(
        re.fullmatch(r"(typing\.)?Literal\[.*['\"].*\]", member)
    )


def item_members(members: Iterable[str]) -> list[str]:
    """Return the item types of the list types in an annotation.

    Examples:
        >>> item_members(['str', 'Sequence[str | Path]', 'None'])
        ['str', 'Path']
    """
    lists = r'(?:\w+\.)*(?:Sequence|Iterable|Collection|[Ll]ist|[Tt]uple)\[([^,]+)(?:,.*)?\]'
    inside = [re.fullmatch(lists, member) for member in members]
    return [each for match in inside if match for each in annotation_members(match[1])]


def _written(annotation: Any) -> str:
    if annotation is None or annotation is type(None):
        return 'None'
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def present_setting(settings: Mapping[str, Any], key: str) -> Any:
    """Return the setting at a dotted key, or None."""
    try:
        return look_up(settings, key)
    except KeyError:
        return None
