"""Training image-restoration networks: five training strategies as composable parts."""

from mmrestore.version import __version__

__all__ = ['__version__']
