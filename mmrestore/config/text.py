"""Config text that reads back equal without executing code."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from typing import Any

from mmengine.config import Config

from mmrestore.config.merging import plain

WIDTH = 100


def config_text(config: Config | Mapping[str, Any]) -> str:
    """Return a config as the text of a Python file that reads back equal.

    It contains only literals, ``float('inf')`` and ``float('nan')``. Dictionaries keep their order,
    which is the order of batch transforms and pipelines.

    Examples:
        >>> print(config_text(Config(dict(steps=dict(second=1, first=(2,))))))
        steps = {'second': 1, 'first': (2,)}
        <BLANKLINE>
    """
    settings = config.to_dict() if isinstance(config, Config) else config
    return ''.join(f'{k} = {_literal(v, prefix=len(k) + 3)}\n' for k, v in plain(settings).items())


def config_page(config: Config | Mapping[str, Any]) -> str:
    """Return a config in readable form, in the sections model, data, schedule and runtime.

    Examples:
        >>> print(config_page(dict(resume=False, model=dict(type='Restorer'))))
        # model
        model = dict(type='Restorer')
        <BLANKLINE>
        # runtime
        resume = False
        <BLANKLINE>
    """
    settings = plain(config.to_dict() if isinstance(config, Config) else config)
    sections: dict[str, list[str]] = {name: [] for name in (*SECTIONS.values(), 'runtime')}
    for name, value in settings.items():
        section = next((s for end, s in SECTIONS.items() if re.search(end, name)), 'runtime')
        sections[section].append(f'{name} = {_literal(value, prefix=len(name) + 3, calls=True)}\n')
    pages = [f'# {name}\n{"".join(lines)}' for name, lines in sections.items() if lines]
    return '\n'.join(pages)


SECTIONS = {
    r'^(model|stages|find_unused_parameters|sync_bn)$': 'model',
    r'_(dataloader|evaluator)$': 'data',
    r'^(optim_wrapper|param_scheduler|auto_scale_lr)$|^(train|val|test)_cfg$': 'schedule',
}


def read_config_text(text: str) -> Config:
    """Parse a config from the text of ``config_text``, without executing it.

    Raises:
        ValueError: the text contains anything but assignments of literals, ``float('inf')`` and
            ``float('nan')``; the message, one line, has the line number.

    Examples:
        >>> read_config_text("model = {'a': float('inf')}").model.a
        inf
    """
    try:
        return Config({name: _read(value) for name, value in _settings(text)})
    except SyntaxError as error:
        raise ValueError(f'the recorded config cannot be read: line {error.lineno}') from error
    except (RecursionError, MemoryError) as error:
        raise ValueError('the recorded config cannot be read: it is nested too deeply') from error
    except (KeyError, TypeError) as error:  # an invalid name or key
        raise ValueError(f'the recorded config cannot be read: {error}') from error


def _settings(text: str) -> Iterator[tuple[str, ast.expr]]:
    """Yield names and values of the assignments in a text."""
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if len(targets) != 1 or not isinstance(targets[0], ast.Name):
            raise ValueError(
                f'the recorded config cannot be read: line {node.lineno}: expected NAME = VALUE, '
                f'got {_shown(node)}'
            )
        assert isinstance(node, ast.Assign)
        yield targets[0].id, node.value


def _shown(node: ast.AST) -> str:
    return ' '.join(ast.unparse(node).split())[:60]


def _read(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, PLAIN):
        return node.value
    if isinstance(node, ast.List):
        return [_read(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_read(item) for item in node.elts)
    if isinstance(node, ast.Dict) and None not in node.keys:
        pairs = zip(node.keys, node.values, strict=True)
        return {_read(key): _read(value) for key, value in pairs if key is not None}
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _read(node.operand)
        if isinstance(number, (int, float)):
            return -number
    if ast.unparse(node) in NOT_FINITE:
        return NOT_FINITE[ast.unparse(node)]
    raise ValueError(
        f'the recorded config cannot be read: line {node.lineno}: expected literals, got '
        f'{_shown(node)}'
    )


PLAIN = (str, int, float, bool, type(None))
# Earlier versions wrote bare inf and nan.
NOT_FINITE = {
    "float('inf')": math.inf,
    "float('nan')": math.nan,
    'inf': math.inf,
    'nan': math.nan,
}


def _literal(value: Any, *, prefix: int, indent: int = 0, calls: bool = False) -> str:
    """Return a value as code, over several lines if it does not fit after a prefix."""
    line = _on_one_line(value, calls)
    fits = indent + prefix + len(line) < WIDTH
    if fits or not isinstance(value, (dict, list, tuple)) or not value:
        return line
    opening, closing = _brackets(value, calls)
    inner = indent + 4
    items = [
        f'{" " * inner}{key}{_literal(item, prefix=len(key), indent=inner, calls=calls)},'
        for key, item in _items(value, calls)
    ]
    return '\n'.join([opening, *items, ' ' * indent + closing])


def _on_one_line(value: Any, calls: bool) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "-float('inf')" if value < 0 else f"float('{value}')"
    if not isinstance(value, (dict, list, tuple)):
        return repr(value)
    opening, closing = _brackets(value, calls)
    items = ', '.join(f'{key}{_on_one_line(item, calls)}' for key, item in _items(value, calls))
    comma = ',' if isinstance(value, tuple) and len(value) == 1 else ''
    return f'{opening}{items}{comma}{closing}'


def _items(value: Any, calls: bool) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield from (('', item) for item in value)
    elif _as_call(value, calls):
        yield from ((f'{key}=', item) for key, item in value.items())
    else:
        yield from ((f'{key!r}: ', item) for key, item in value.items())


def _brackets(value: Any, calls: bool) -> tuple[str, str]:
    if isinstance(value, dict):
        return ('dict(', ')') if _as_call(value, calls) else ('{', '}')
    return ('[', ']') if isinstance(value, list) else ('(', ')')


def _as_call(value: dict, calls: bool) -> bool:
    return calls and all(k.isidentifier() and not iskeyword(k) for k in value)
