"""Training image-restoration networks: training strategies as composable parts."""

import os
from importlib import import_module
from typing import Any

# PyTorch's threads wait for each other in a loop, which takes the cores from the data workers and
# from other programs. Must be set before PyTorch is imported.
os.environ.setdefault('GOMP_SPINCOUNT', '1000')

from mmrestore.plugins import load_plugins
from mmrestore.version import __version__

# Imported when they are used first, because they import PyTorch and everything else.
LAZY = dict.fromkeys(('list_models', 'load'), 'mmrestore.apis')

__all__ = ['__version__', *LAZY]

load_plugins()


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return getattr(import_module(LAZY[name]), name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
