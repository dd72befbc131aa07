"""Training image-restoration networks: training strategies as composable parts."""

from mmrestore.plugins import load_plugins
from mmrestore.version import __version__

__all__ = ['__version__']

load_plugins()
