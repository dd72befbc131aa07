"""What a setting may be, by the annotation of the argument that it becomes."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
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
# What is read of other dictionaries that name no type.
UNTYPED = {
    'env_cfg': ('cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'),
    'randomness': ('seed', 'diff_rank_seed', 'deterministic'),
    'auto_scale_lr': ('base_batch_size', 'enable'),
}
# Settings that no signature describes.
ANNOTATIONS = {
    r'find_unused_parameters|auto_scale_lr\.enable|env_cfg\.cudnn_benchmark': 'bool',
    r'auto_scale_lr\.base_batch_size|env_cfg\.resource_limit': 'int',
    r'(train|val|test)_dataloader\.(total_batch_size|num_batch_per_epoch)': 'int | None',
}
NAMES = {bool: 'True or False', int: 'a whole number', float: 'a number'}
SIMPLE = {'bool': bool, 'int': int, 'float': float, 'Number': float, 'Real': float}
SWITCHES = {'true': True, 'yes': True, 'on': True, 'false': False, 'no': False, 'off': False}


def argument(settings: Mapping[str, Any], key: str) -> inspect.Parameter | None:
    """Return the argument that a dotted key sets, None if it is not known.

    Examples:
        >>> argument({'randomness': {}}, 'randomness.seed').name
        'seed'
    """
    owner, _, name = key.rpartition('.')
    return next((p for p in _parameters(settings, owner) if p.name == name), None)


def argument_names(settings: Mapping[str, Any], owner: str) -> list[str]:
    """Return the names that what stands at a dotted key takes, as far as they are known.

    Examples:
        >>> argument_names({'model': {'type': 'L1Loss'}}, 'model')
        ['loss_weight', 'reduction']
    """
    names = (*UNTYPED.get(owner, ()), *(p.name for p in _parameters(settings, owner)))
    return list(dict.fromkeys(names))


def _parameters(settings: Mapping[str, Any], owner: str) -> Iterator[inspect.Parameter]:
    """Yield the arguments of what reads the dictionary at a dotted key."""
    config = present_setting(settings, owner) if owner else None
    kind = config.get('type') if isinstance(config, Mapping) else None
    if isinstance(kind, str):
        component = find_component(kind)
        # A class may pass arguments on to those from which it derives.
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
    """Return the annotation of the argument that a dotted key sets, '' if it is not known."""
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
    """Whether a type that an annotation allows is text or a path."""
    name = member.rpartition('.')[2]
    return name in ('str', 'Path', 'PathLike', 'PurePath') or bool(
        re.fullmatch(r"(typing\.)?Literal\[.*['\"].*\]", member)
    )


def item_members(members: Iterable[str]) -> list[str]:
    """Return the types that the items of lists may have, which an annotation allows.

    Examples:
        >>> item_members(['str', 'Sequence[str | Path]', 'None'])
        ['str', 'Path']
    """
    lists = r'(?:\w+\.)*(?:Sequence|Iterable|Collection|[Ll]ist|[Tt]uple)\[([^,]+)(?:,.*)?\]'
    inside = [re.fullmatch(lists, member) for member in members]
    return [each for match in inside if match for each in annotation_members(match[1])]


def simple_types(members: Collection[str]) -> set[type]:
    """Return bool, int and float as far as an annotation allows them; none if it allows others.

    Examples:
        >>> simple_types(['int', 'None']), simple_types(['int', 'str'])
        ({<class 'int'>}, set())
    """
    names = [name.rpartition('.')[2] for name in members if name != 'None']
    return {SIMPLE[name] for name in names} if all(name in SIMPLE for name in names) else set()


def fitted(value: Any, members: Collection[str], present: Any = None) -> Any:
    """Return a value as a setting takes it that is a switch or a number.

    Args:
        value: any value; a float without fraction becomes a whole number where one is needed.
        members: the types that the annotation of the argument allows; none if it is not known.
        present: the value that the setting has, which tells its type where ``members`` do not.

    Raises:
        ValueError: the setting is a switch or a number, and the value is of another type.

    Examples:
        >>> fitted(1e5, ['int']), fitted(False, ['bool']), fitted([1], ['int', 'Sequence[int]'])
        (100000, False, [1])
        >>> fitted('no', ['bool'])
        Traceback (most recent call last):
        ValueError: expected True or False, got the text 'no'
    """
    allowed = simple_types(members)
    if value is None or not (allowed or isinstance(present, (bool, int, float))):
        return value
    if not allowed and isinstance(value, (str, bool)):
        known = type(value).__name__ in members
        allowed = set() if known else {bool if isinstance(present, bool) else float}
    elif not allowed and not members and isinstance(present, bool):
        allowed = {bool}
    if not allowed or type(value) in allowed or (type(value) is int and float in allowed):
        return value
    if int in allowed and isinstance(value, float) and value.is_integer():
        return int(value)
    names = ' or '.join(NAMES[each] for each in NAMES if each in allowed)
    such = f', such as the present {present}' if type(present) in (int, float) else ''
    what = 'the text ' if isinstance(value, str) else ''
    raise ValueError(f'expected {names}{such}, got {what}{value!r}')


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
