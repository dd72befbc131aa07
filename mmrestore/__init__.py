"""Training image-restoration networks: training strategies as composable parts."""

import os

# PyTorch's threads wait for each other in a loop, which takes the cores from the data workers and
# from other programs. Must be set before PyTorch is imported.
os.environ.setdefault('GOMP_SPINCOUNT', '1000')

from mmrestore.plugins import load_plugins
from mmrestore.version import __version__

__all__ = ['__version__']

load_plugins()
