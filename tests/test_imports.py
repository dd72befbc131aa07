"""Imports within the package run one way and in no circle, and a light start loads little."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[1] / 'mmrestore'
# Places from low to high: each may import those of earlier rows, none beside it or later. A name
# with a dot is a part of `models`, and `models` the rest of it.
ROWS = [
    ('version', 'plugins', 'files', 'locking', 'deprecation', 'structures'),
    ('__init__', 'registry'),
    ('named_parts',),
    ('functional',),
    ('models.layers', 'models.official_weights'),
    ('models.backbones', 'models.discriminators'),
    ('models', 'datasets'),
    ('batch_transforms', 'evaluation', 'reports'),
    ('config',),
    ('engine',),
    ('apis',),
    ('analysis',),
    ('commands',),
    ('__main__',),
]
RANKS = {place: rank for rank, row in enumerate(ROWS) for place in row}


class Import(NamedTuple):
    """An import of one module of the package by another."""

    module: str
    imported: str
    where: str
    on_loading: bool

    def __str__(self) -> str:
        return f'{self.where} imports {self.imported}'


def read_imports(package: Path) -> list[Import]:
    """Return all imports within a package, those inside functions too."""
    modules = {}
    for path in sorted(package.rglob('*.py')):
        name = '.'.join(path.relative_to(package.parent).with_suffix('').parts)
        modules[name.removesuffix('.__init__')] = path
    found = []
    for module, path in modules.items():
        tree = ast.parse(path.read_text(encoding='utf-8'))
        on_loading = set(map(id, _run_on_loading(tree.body)))
        for node in ast.walk(tree):
            where = f'{path.relative_to(package.parent)}:{getattr(node, "lineno", 0)}'
            for name in _imported(node, modules, where):
                if name.split('.')[0] == package.name:
                    found.append(Import(module, name, where, id(node) in on_loading))
    return found


def _imported(node: ast.AST, modules: dict[str, Path], where: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, f'{where}: write the whole name of the module'
    whole = [f'{node.module}.{alias.name}' for alias in node.names]
    return [name if name in modules else str(node.module) for name in whole]


def _run_on_loading(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Return the statements that run when a module is loaded, nested ones too."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and 'TYPE_CHECKING' in ast.unparse(node.test):
            continue
        yield node
        for field in ('body', 'orelse', 'finalbody'):
            yield from _run_on_loading(getattr(node, field, []))
        for handler in getattr(node, 'handlers', []):
            yield from _run_on_loading(handler.body)


def place_of(module: str) -> str:
    """Return the place of a module in the table."""
    names = module.split('.')[1:] or ['__init__']
    part = '.'.join(names[:2])
    return part if part in RANKS else names[0]


def upward(imports: list[Import]) -> list[str]:
    """Return what is wrong with the directions of imports, a line for each."""
    lines = []
    for each in imports:
        importing, imported = place_of(each.module), place_of(each.imported)
        unknown = {importing, imported} - RANKS.keys()
        if unknown:
            lines.append(f'{each}: give {", ".join(sorted(unknown))} a row in the table of places')
        elif importing != imported and RANKS[imported] >= RANKS[importing]:
            lines.append(f'{each}: {imported} is not below {importing}')
    return lines


def circles(imports: list[Import]) -> list[str]:
    """Return the circles of modules that import each other on loading, a line for each."""
    edges: dict[str, list[Import]] = {}
    for each in imports:
        if each.on_loading and each.module != each.imported:
            edges.setdefault(each.module, []).append(each)
    lines, done = [], set()

    def visit(module: str, way: list[Import]) -> None:
        for each in edges.get(module, []):
            started = [step.module for step in way] + [module]
            if each.imported in started:
                circle = [*way, each][started.index(each.imported) :]
                lines.append(', '.join(map(str, circle)))
            elif each.imported not in done:
                visit(each.imported, [*way, each])
        done.add(module)

    for module in sorted(edges):
        if module not in done:
            visit(module, [])
    return lines


def test_imports_run_one_way():
    wrong = upward(read_imports(PACKAGE))
    assert not wrong, '\n'.join(wrong)


def test_no_circular_imports():
    found = circles(read_imports(PACKAGE))
    assert not found, '\n'.join(found)


@pytest.fixture
def package(tmp_path):
    """A package with an import upwards, a circle, and imports that are in order."""
    files = {
        'functional/masks.py': 'from mmrestore.files import write\n\ndef f():\n    import torch\n',
        'files.py': 'def write():\n    from mmrestore.engine import loops\n',
        'engine/__init__.py': 'from mmrestore.engine import loops\n',
        'engine/loops.py': 'if True:\n    import mmrestore.engine.hooks\n',
        'engine/hooks.py': textwrap.dedent("""
            from typing import TYPE_CHECKING
            from mmrestore.engine.loops import Loop
            if TYPE_CHECKING:
                from mmrestore.engine import Runner
        """),
        'somewhere.py': 'import mmrestore.files\n',
        'commands.py': 'def main():\n    from mmrestore.engine import Runner\n',
    }
    for name, text in files.items():
        path = tmp_path / 'mmrestore' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / 'mmrestore'


def test_what_is_wrong_is_named(package):
    imports = read_imports(package)
    assert upward(imports) == [
        'mmrestore/files.py:2 imports mmrestore.engine.loops: engine is not below files',
        'mmrestore/somewhere.py:1 imports mmrestore.files: give somewhere a row in the table of '
        'places',
    ]
    assert circles(imports) == [
        'mmrestore/engine/loops.py:2 imports mmrestore.engine.hooks, '
        'mmrestore/engine/hooks.py:3 imports mmrestore.engine.loops'
    ]


@pytest.mark.parametrize(
    'module',
    ['mmrestore', 'mmrestore.engine', 'mmrestore.batch_transforms, mmrestore.evaluation'],
)
def test_a_start_loads_neither_figures_nor_statistics(module):
    unwanted = ('matplotlib', 'scipy', 'skimage', 'mmrestore.analysis')
    code = f"""
        import sys
        import {module}
        print([name for name in {unwanted} if name in sys.modules])
    """
    loaded = subprocess.run(
        [sys.executable, '-c', textwrap.dedent(code)],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.strip() == '[]'


@pytest.mark.parametrize('command', ['--help', 'train --help'])
def test_help_loads_no_framework(command):
    code = f"""
        import sys
        from mmrestore.commands.main import main
        try:
            main({command.split()!r})
        except SystemExit:
            print(sorted({{name.split('.')[0] for name in sys.modules}}))
    """
    loaded = subprocess.run(
        [sys.executable, '-c', textwrap.dedent(code)],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    names = loaded.stdout.splitlines()[-1]
    assert not [n for n in ('torch', 'numpy', 'mmengine', 'cv2', 'yaml') if f"'{n}'" in names]


def test_a_training_loads_no_figures_before_its_first_step(tmp_path):
    (tmp_path / 'first_step.py').write_text(
        textwrap.dedent(
            """
            import os, sys
            from mmrestore.engine.hooks.base import Hook
            from mmrestore.registry import HOOKS

            @HOOKS.register_module()
            class FirstStep(Hook):
                def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
                    print(sorted({name.split('.')[0] for name in sys.modules}), flush=True)
                    os._exit(0)
            """
        )
    )
    settings = ['custom_imports.imports=[first_step]', "custom_hooks=[dict(type='FirstStep')]"]
    settings += ['train_dataloader.num_workers=0', 'model.backbone.channels=4']
    words = ['train', 'traps/quickstart', '--work-dir', 'run', '--cfg-options', *settings]
    done = subprocess.run(
        [sys.executable, '-m', 'mmrestore', *words],
        cwd=tmp_path,
        env={**os.environ, 'PYTHONPATH': f'{PACKAGE.parent}{os.pathsep}{tmp_path}'},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    names = done.stdout.splitlines()[-1]
    unwanted = ('matplotlib', 'scipy', 'skimage', 'torchvision', 'pandas', 'torchmetrics', 'onnx')
    assert "'torch'" in names and not [n for n in unwanted if f"'{n}'" in names]
