"""Scripts below ``tools/`` as modules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

TOOLS = Path(__file__).parents[1] / 'tools'


def load_tool(name: str) -> ModuleType:
    """Return the script ``tools/NAME.py`` as a module."""
    known = sys.modules.get(Path(name).name)
    if known:  # a module that registers components can be loaded only once
        return known
    spec = importlib.util.spec_from_file_location(Path(name).name, TOOLS / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for their module
    spec.loader.exec_module(module)
    return module
