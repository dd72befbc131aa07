"""Deprecated name of :mod:`mmrestore.functional.neighbors`."""

from mmrestore.deprecation import warn_deprecated
from mmrestore.functional.neighbors import *  # noqa: F403

warn_deprecated(
    'mmrestore.functional.neighbours', 'mmrestore.functional.neighbors', since='0.2', removed='0.4'
)
