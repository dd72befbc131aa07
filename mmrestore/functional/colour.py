"""Deprecated name of :mod:`mmrestore.functional.color`."""

from mmrestore.deprecation import warn_deprecated
from mmrestore.functional.color import *  # noqa: F403

warn_deprecated(
    'mmrestore.functional.colour', 'mmrestore.functional.color', since='0.2', removed='0.4'
)
