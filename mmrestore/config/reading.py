"""From a config file to settings: bases, references to them, variables of the place."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import yaml
from mmengine.config import Config

from mmrestore.config.merging import look_up, merged, plain, with_all_imports
from mmrestore.config.names import find_config

BASE = '_base_'
REFERENCE = re.compile(r'\{\{\s*_base_\.([\w.]+)\s*\}\}')
PLACEHOLDER = re.compile(r'_base_reference_(\d+)_')
VARIABLE = re.compile(r'\{\{\s*(file\w+)\s*\}\}')
ENVIRONMENT = re.compile(r'\{\{\s*\$(\w+)\s*(?::\s*(.*?))?\s*\}\}')

# Of what a file imports; the rest is for its own use, such as `from __future__ import annotations`.
DATA = (dict, list, tuple, str, int, float)


class Settings(NamedTuple):
    """What a config file says, with all that it inherits.

    - ``values``: settings and variables by name, plain data;
    - ``variables``: names that some expression of a config refers to;
    - ``files``: the file and all from which it inherits.
    """

    values: dict[str, Any]
    variables: frozenset[str]
    files: tuple[Path, ...]


def read_settings(path: str | Path, *, before: Settings | None = None) -> Settings:
    """Read a config file and the bases that it names.

    ``_base_`` names files relative to this one, or ``package::name``. They are merged in their
    order, so that several may set the same key, and then the file's own settings.
    ``{{_base_.key}}`` stands for what is inherited under a dotted key: from the bases of the file,
    and in a base from those before it too. The modules of ``custom_imports`` of all files are
    imported.

    Args:
        path: a Python, JSON or YAML file. A Python file is executed.
        before: what is read before this file and what it is merged into.

    Raises:
        FileNotFoundError: a base is missing.
        ValueError: the file cannot be read; the message names the line.
        KeyError: a reference is to nothing that is inherited.
        TypeError: a setting is no plain data, or does not fit what it inherits.
    """
    path = Path(os.path.abspath(path))  # links stay as they are
    code, bases = _parse(path)
    inherited = before or Settings({}, frozenset(), ())
    for name in bases:
        inherited = read_settings(_base_file(name, path), before=inherited)
    own, variables = _evaluate(code, path, inherited.values)
    try:
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
        raise ValueError(f'{path} is not a config: it is no text in UTF-8 ({error})') from error
    try:
        if path.suffix == '.py':
            code = ast.parse(_with_placeholders(text), str(path))
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


def _with_placeholders(text: str) -> str:
    """Return code in which references to bases are names, ``_base_reference_KEY_``."""
    keys: list[str] = []

    def name(match: re.Match) -> str:
        keys.append(match[1])
        return f'_base_reference_{len(keys) - 1}_'

    code = REFERENCE.sub(name, text)
    listed = ''.join(f'\n_base_references_ = {keys!r}' if keys else '')
    return code + listed


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
                f'{path}, line {node.lineno}: _base_ must be a file name or a list of them, '
                'written out as text'
            )
    return []


def _evaluate(
    code: ast.Module | dict, path: Path, inherited: Mapping[str, Any]
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the settings of a file and the names that its expressions refer to."""
    if isinstance(code, dict):
        filled = _fill(code, path, inherited)
        return plain(filled), frozenset(_references_in(code))
    if _is_lazy(code):
        settings = Config.fromfile(path).to_dict()
        return plain({k: v for k, v in settings.items() if _is_setting(k, v)}), frozenset()
    keys = _reference_keys(code)
    values = {name: _inherited(key, inherited, path) for name, key in keys.items()}
    filled = _Texts(values, path).visit(code)
    loaded = {
        n.id for n in ast.walk(filled) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    }
    imported = _imported_names(code)
    namespace = {'__file__': str(path), '__name__': path.stem, **values}
    try:
        exec(compile(filled, str(path), 'exec'), namespace)
    except Exception as error:  # whatever the code of the file raises
        raise ValueError(f'{path} cannot be read: {type(error).__name__}: {error}') from error
    settings = {k: v for k, v in namespace.items() if k not in values and _is_setting(k, v)}
    settings = {k: v for k, v in settings.items() if k not in imported or isinstance(v, DATA)}
    try:
        return plain(settings), frozenset(loaded | {key.split('.')[0] for key in keys.values()})
    except TypeError as error:
        raise TypeError(f'{path}: {error}') from error


def _is_setting(name: str, value: Any) -> bool:
    """Whether a name is a setting, and no module, function, class or annotation."""
    return not name.startswith('_') and not isinstance(value, ModuleType) and not callable(value)


def _imported_names(code: ast.Module) -> set[str]:
    """Return the names that a file imports, one by one."""
    imports = [n for n in ast.walk(code) if isinstance(n, (ast.Import, ast.ImportFrom))]
    return {alias.asname or alias.name for each in imports for alias in each.names}


def _is_lazy(code: ast.Module) -> bool:
    """Whether a file inherits by ``with read_base():``, MMEngine's second kind of config."""
    opened = [item.context_expr for n in code.body if isinstance(n, ast.With) for item in n.items]
    return any(ast.unparse(each).endswith('read_base()') for each in opened)


def _reference_keys(code: ast.Module) -> dict[str, str]:
    """Return the dotted keys of the placeholders in code; those in comments are none."""
    last = code.body[-1] if code.body else None
    if not isinstance(last, ast.Assign) or ast.unparse(last.targets[0]) != '_base_references_':
        return {}
    keys = ast.literal_eval(last.value)
    numbers = [int(n) for node in code.body[:-1] for n in PLACEHOLDER.findall(ast.unparse(node))]
    return {f'_base_reference_{number}_': keys[number] for number in numbers}


def _inherited(key: str, inherited: Mapping[str, Any], path: Path) -> Any:
    try:
        return look_up(merged({}, inherited), key)
    except KeyError:
        raise KeyError(
            f'{path}: {{{{_base_.{key}}}}} refers to a setting that is not inherited'
        ) from None


class _Texts(ast.NodeTransformer):
    """Fills in the variables and references that stand in texts of the code."""

    def __init__(self, references: Mapping[str, Any], path: Path) -> None:
        self.references = references
        self.path = path

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, str):
            return node
        if node.value in self.references:
            return ast.copy_location(ast.Name(node.value, ast.Load()), node)
        text = PLACEHOLDER.sub(lambda m: str(self.references[m[0]]), node.value)
        return ast.copy_location(ast.Constant(_with_variables(text, self.path)), node)


def _with_variables(text: str, path: Path) -> str:
    """Return a text with the place of the file and variables of the environment filled in."""
    place = {
        'fileDirname': str(path.parent),
        'fileBasename': path.name,
        'fileBasenameNoExtension': path.stem,
        'fileExtname': path.suffix,
    }

    def environment(match: re.Match) -> str:
        value = os.environ.get(match[1], match[2])
        if value is None:
            raise ValueError(f'{path} needs the environment variable {match[1]}')
        return value

    text = VARIABLE.sub(lambda m: place.get(m[1], m[0]), text)
    return ENVIRONMENT.sub(environment, text)


def _fill(value: Any, path: Path, inherited: Mapping[str, Any]) -> Any:
    """Return settings of a JSON or YAML file with references and variables filled in."""
    if isinstance(value, dict):
        return {k: _fill(v, path, inherited) for k, v in value.items()}
    if isinstance(value, list):
        return [_fill(v, path, inherited) for v in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value)
    if whole:
        return _inherited(whole[1], inherited, path)
    text = REFERENCE.sub(lambda m: str(_inherited(m[1], inherited, path)), value)
    return _with_variables(text, path)


def _references_in(value: Any) -> Sequence[str]:
    return [key.split('.')[0] for key in REFERENCE.findall(json.dumps(value, default=str))]
