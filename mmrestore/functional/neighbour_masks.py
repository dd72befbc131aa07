"""Deprecated name of :mod:`mmrestore.functional.neighbor_masks`."""

from mmrestore.deprecation import warn_deprecated
from mmrestore.functional.neighbor_masks import neighbor_places as neighbour_places  # noqa: F401
from mmrestore.functional.neighbor_masks import one_pixel_of_each_cell  # noqa: F401

warn_deprecated(
    'mmrestore.functional.neighbour_masks',
    'mmrestore.functional.neighbor_masks',
    since='0.2',
    removed='0.4',
)
