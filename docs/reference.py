"""The generated part of the reference: from parsers, registries, signatures and docstrings."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mmrestore.commands import build_parser
from mmrestore.config.annotations import UNTYPED
from mmrestore.config.check import loader_arguments
from mmrestore.config.top_level import MORE_SETTINGS, known_settings
from mmrestore.registry import ALL, Registry

MODULES = {
    'mmrestore.apis': 'Train, test, load, restore, export',
    'mmrestore.analysis': 'Analyses',
    'mmrestore.functional': 'Functions of tensors',
    'mmrestore.structures': 'Data samples',
}
CODE = re.compile(r'(``[^`]+``|`[^`]+`)')


def api() -> str:
    """Return a section for each public module, with directives of autodoc."""
    parts = []
    for module, title in MODULES.items():
        parts.append(f'## {title}: `{module}`\n')
        parts.append(_directive(f'.. automodule:: {module}', ':members:', ':imported-members:'))
    return '\n'.join(parts)


def components() -> str:
    """Return a table of all components of this package, then each with its arguments."""
    rows = ['| component | kind | what it does |', '| --- | --- | --- |']
    details = []
    for registry in ALL:
        found = own_components(registry)
        rows += [
            f'| [`{name}`](#{_anchor(registry, name)}) | {registry.name} | {_cell(first_line(c))} |'
            for name, c in found.items()
        ]
        details += [f'## Kind: {registry.name}\n'] if found else []
        for name, component in found.items():
            kind = 'class' if inspect.isclass(component) else 'function'
            path = f'{component.__module__}.{component.__qualname__}'
            details.append(f'({_anchor(registry, name)})=\n\n### {name}\n')
            details.append(_directive(f'.. auto{kind}:: {path}', ':no-index:'))
    return '\n'.join(['## All components\n', *rows, '', *details])


def own_components(registry: Registry) -> dict[str, Any]:
    """Return the components of this package by name, in alphabetical order."""
    registry.import_from_location()
    found = registry.module_dict.items()
    return dict(sorted((n, c) for n, c in found if c.__module__.startswith('mmrestore.')))


def commands() -> str:
    """Return a section for each command: its description, usage and options."""
    parts = []
    for name, parser in leaves(build_parser()):
        description = re.sub(r'^(.+)', r'    \1', (parser.description or '').strip(), flags=re.M)
        usage = parser.format_usage().removeprefix('usage: ').strip()
        parts.append(f'## `{name}`\n\n{description}\n\n```text\n{usage}\n```\n')
        parts += ['| argument | meaning |', '| --- | --- |', *_options(parser), '']
    return '\n'.join(parts)


def leaves(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield the commands that have no subcommands, with their full names."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for group in groups:
        for command in group.choices.values():
            yield from leaves(command)
    if not groups:
        yield parser.prog, parser


def config_keys() -> str:
    """Return the settings at the top of a config and those of parts that have no type."""
    runner = sorted({*known_settings()} - {*MORE_SETTINGS})
    sections: Mapping[str, tuple[str, ...]] = {
        'Top level: arguments of the runner': tuple(runner),
        'Top level: read beside them': MORE_SETTINGS,
        '`train_dataloader`, `val_dataloader`, `test_dataloader`': loader_arguments(),
        **{f'`{name}`': tuple(known) for name, known in UNTYPED.items()},
    }
    rows = [
        f'| {title} | {", ".join(f"`{n}`" for n in names)} |' for title, names in sections.items()
    ]
    return '\n'.join(['## Settings by place\n', '| place | settings |', '| --- | --- |', *rows, ''])


def plain_markup(
    app: Any, what: str, name: str, component: Any, options: Any, lines: list[str]
) -> None:
    """Make of a docstring, in place, reStructuredText in which only code and sections are marked.

    Code may stand in single backticks, as in Markdown; ``*``, ``_`` and ``|`` are characters.
    """
    blocks = re.split(r'(^ *>>>.*?(?=^\s*$|\Z))', '\n'.join(lines), flags=re.MULTILINE | re.DOTALL)
    blocks[::2] = map(_plain, blocks[::2])  # the others are examples
    lines[:] = ''.join(blocks).split('\n')


def _plain(text: str) -> str:
    parts = CODE.split(text)
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = f'``{part.strip("`")}``'
        else:
            parts[i] = re.sub(r'([*_|\\`])', r'\\\1', part)
    return ''.join(parts)


def first_line(component: Any) -> str:
    """Return the first sentence-like paragraph of a docstring as one line."""
    return ' '.join((inspect.getdoc(component) or '').split('\n\n')[0].split())


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if action.help is argparse.SUPPRESS or action.dest == 'help':
            continue
        names = ', '.join(action.option_strings) or action.metavar or action.dest
        choices = f' ({", ".join(map(str, action.choices))})' if action.choices else ''
        yield f'| `{names}` | {_cell((action.help or "") + choices)} |'


def _cell(text: str) -> str:
    """Return text for a cell of a Markdown table, in which only code is marked."""
    parts = CODE.split(text)
    parts[::2] = [re.sub(r'([*_<>\[\]|])', r'\\\1', part) for part in parts[::2]]
    parts[1::2] = ['`' + part.strip('`').replace('|', r'\|') + '`' for part in parts[1::2]]
    return ' '.join(''.join(parts).split())


def _anchor(registry: Registry, name: str) -> str:
    return re.sub(r'\W+', '-', f'{registry.name} {name}'.lower()).strip('-')


def _directive(*lines: str) -> str:
    head, *options = lines
    return '\n'.join(['```{eval-rst}', head, *(f'   {o}' for o in options), '```', ''])


GENERATED: dict[str, Callable[[], str]] = {
    'api': api,
    'commands': commands,
    'components': components,
    'config_keys': config_keys,
}
