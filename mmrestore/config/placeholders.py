"""References to inherited settings, and file and environment variables, in configs."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmrestore.config.merging import look_up, merged

REFERENCE = re.compile(r'\{\{\s*_base_\.([\w.]+)\s*\}\}')
PLACEHOLDER = re.compile(r'_base_reference_(\d+)_')
VARIABLE = re.compile(r'\{\{\s*(file\w+)\s*\}\}')
ENVIRONMENT = re.compile(r'\{\{\s*\$(\w+)\s*(?::\s*(.*?))?\s*\}\}')


def with_placeholders(text: str) -> str:
    """Return code in which references to bases are replaced by names ``_base_reference_I_``."""
    keys: list[str] = []

    def name(match: re.Match) -> str:
        keys.append(match[1])
        return f'_base_reference_{len(keys) - 1}_'

    code = REFERENCE.sub(name, text)
    listed = ''.join(f'\n_base_references_ = {keys!r}' if keys else '')
    return code + listed


def reference_keys(code: ast.Module) -> dict[str, str]:
    """Return the dotted keys of the placeholders in code; comments are ignored."""
    last = code.body[-1] if code.body else None
    if not isinstance(last, ast.Assign) or ast.unparse(last.targets[0]) != '_base_references_':
        return {}
    keys = ast.literal_eval(last.value)
    numbers = [int(n) for node in code.body[:-1] for n in PLACEHOLDER.findall(ast.unparse(node))]
    return {f'_base_reference_{number}_': keys[number] for number in numbers}


def inherited_setting(key: str, inherited: Mapping[str, Any], path: Path) -> Any:
    try:
        return look_up(merged({}, inherited), key)
    except KeyError:
        raise KeyError(
            f'{path}: {{{{_base_.{key}}}}} refers to a setting that no base defines'
        ) from None


class Texts(ast.NodeTransformer):
    """Substitute variables and references in string constants of code."""

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
    """Substitute file variables and environment variables in a text."""
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


def filled(value: Any, path: Path, inherited: Mapping[str, Any]) -> Any:
    """Substitute references and variables in the settings of a JSON or YAML file."""
    if isinstance(value, dict):
        return {k: filled(v, path, inherited) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, path, inherited) for v in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value)
    if whole:
        return inherited_setting(whole[1], inherited, path)
    text = REFERENCE.sub(lambda m: str(inherited_setting(m[1], inherited, path)), value)
    return _with_variables(text, path)


def references_in(value: Any) -> Sequence[str]:
    return [key.split('.')[0] for key in REFERENCE.findall(json.dumps(value, default=str))]
