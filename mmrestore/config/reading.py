"""Reading of config files with their bases."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import yaml
from mmengine.config import Config

from mmrestore.config.merging import is_data, merged, plain, with_all_imports
from mmrestore.config.names import find_config
from mmrestore.config.placeholders import (
    Texts,
    filled,
    inherited_setting,
    reference_keys,
    references_in,
    with_placeholders,
)
from mmrestore.config.top_level import known_settings
from mmrestore.named_parts import with_named_decorators

BASE = '_base_'

# Types of imported names that count as settings; other imports are for the file's own use.
DATA = (dict, list, tuple, str, int, float)


class Settings(NamedTuple):
    """Settings of a config file, including inherited settings.

    - ``values``: settings and variables by name, plain data;
    - ``variables``: names used by expressions of a config;
    - ``files``: the file and all its bases.
    """

    values: dict[str, Any]
    variables: frozenset[str]
    files: tuple[Path, ...]


def read_settings(
    path: str | Path, *, before: Settings | None = None, once: bool = False
) -> Settings:
    """Read a config file and its bases.

    ``_base_`` names files relative to this file, or ``package::name``. Bases are merged in order,
    so that several bases may set the same key, followed by the file's own settings.
    ``{{_base_.key}}`` is replaced by the inherited setting at a dotted key; a base may also refer
    to preceding bases. ``custom_imports`` collects the modules of all files.

    Args:
        path: a Python, JSON or YAML file. A Python file is executed.
        before: settings into which this file is merged.
        once: skip bases that were already read, so that they do not undo later changes.

    Raises:
        FileNotFoundError: a base is missing.
        ValueError: the file cannot be read; the message has the line.
        KeyError: a reference names a setting that is not inherited.
        TypeError: a setting is not plain data, or does not match the inherited setting.
    """
    path = Path(os.path.abspath(path))  # symbolic links are not resolved
    code, bases = _parse(path)
    inherited = before or Settings({}, frozenset(), ())
    for name in bases:
        base = _base_file(name, path)
        if once and any(base.samefile(file) for file in inherited.files):
            continue
        inherited = read_settings(base, before=inherited, once=once)
    named, variables = _evaluate(code, path, inherited.values)
    try:
        own = plain({name: value for name, value in named.items() if _is_setting(name, value)})
        own = with_named_decorators(own, path)
        values = with_all_imports(inherited.values, merged(inherited.values, own))
    except TypeError as error:
        raise TypeError(f'{path}: {error}') from error
    return Settings(values, inherited.variables | variables, (*inherited.files, path))


def _base_file(name: str, path: Path) -> Path:
    if '::' in name:
        return find_config(name)
    file = path.parent / os.path.expanduser(name)
    if not file.is_file():
        raise FileNotFoundError(f'{path}: there is no base {name}, {file.resolve()}')
    return file


def _parse(path: Path) -> tuple[ast.Module | dict, list[str]]:
    """Return the code of a file, or the settings of a JSON or YAML file, and its bases."""
    try:
        text = path.read_text(encoding='utf-8')
    except UnicodeDecodeError as error:
        raise ValueError(f'{path} is not a config: expected text in UTF-8 ({error})') from error
    try:
        if path.suffix == '.py':
            code = ast.parse(with_placeholders(text), str(path))
            return code, _bases_of(code, path)
        settings = json.loads(text) if path.suffix == '.json' else yaml.safe_load(text)
    except (SyntaxError, ValueError, yaml.YAMLError) as error:
        line = f', line {error.lineno}' if isinstance(error, SyntaxError) else ''
        reason = error.msg if isinstance(error, SyntaxError) else ' '.join(str(error).split())
        raise ValueError(f'{path}{line} cannot be read: {reason}') from error
    if not isinstance(settings, dict):
        raise ValueError(f'{path} is not a config: expected settings by name')
    bases = settings.pop(BASE, [])
    return settings, [bases] if isinstance(bases, str) else list(bases)


def _bases_of(code: ast.Module, path: Path) -> list[str]:
    for node in code.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == BASE for target in node.targets
        ):
            try:
                bases = ast.literal_eval(node.value)
            except ValueError:
                bases = None
            if isinstance(bases, str):
                return [bases]
            if isinstance(bases, (list, tuple)) and all(isinstance(b, str) for b in bases):
                return list(bases)
            raise ValueError(
                f'{path}, line {node.lineno}: _base_ must be a file name or a list of file names, '
                'as literal text'
            )
    return []


def _evaluate(
    code: ast.Module | dict, path: Path, inherited: Mapping[str, Any]
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the names that a file defines with their values, and the names that it uses."""
    if isinstance(code, dict):
        return filled(code, path, inherited), frozenset(references_in(code))
    if _is_lazy(code):
        try:
            return Config.fromfile(path).to_dict(), frozenset()
        except Exception as error:  # whatever the code of the file raises
            raise _unreadable(path, error) from error
    keys = reference_keys(code)
    values = {name: inherited_setting(key, inherited, path) for name, key in keys.items()}
    module: ast.Module = Texts(values, path).visit(code)
    loaded = {
        n.id for n in ast.walk(module) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    }
    imported = _imported_names(module)
    namespace = {'__file__': str(path), '__name__': path.stem, **values}
    try:
        exec(compile(module, str(path), 'exec'), namespace)
    except Exception as error:  # whatever the code of the file raises
        raise _unreadable(path, error) from error
    own = {k: v for k, v in namespace.items() if k not in values}
    own = {k: v for k, v in own.items() if k not in imported or isinstance(v, DATA)}
    return own, frozenset(loaded | {key.split('.')[0] for key in keys.values()})


def _unreadable(path: Path, error: Exception) -> ValueError:
    reason = str(error.args[0]) if len(error.args) == 1 else str(error)
    return ValueError(f'{path} cannot be read: {type(error).__name__}: {reason}')


def _is_setting(name: Any, value: Any) -> bool:
    """Return True if a name is a setting, not a helper for computing settings.

    Helpers begin with an underscore, or are modules, functions, classes or other objects. An object
    under the name of a known setting counts as a setting and is refused later.
    """
    if not isinstance(name, str):  # in YAML; refused later
        return True
    if name.startswith('_') or isinstance(value, ModuleType) or callable(value):
        return False
    return is_data(value) or name in known_settings()


def _imported_names(code: ast.Module) -> set[str]:
    """Return the names that a file imports."""
    imports = [n for n in ast.walk(code) if isinstance(n, (ast.Import, ast.ImportFrom))]
    return {alias.asname or alias.name for each in imports for alias in each.names}


def _is_lazy(code: ast.Module) -> bool:
    """Return True if a file uses ``with read_base():``, MMEngine's lazy config format."""
    opened = [item.context_expr for n in code.body if isinstance(n, ast.With) for item in n.items]
    return any(ast.unparse(each).endswith('read_base()') for each in opened)
