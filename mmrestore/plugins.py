"""Packages that bring components of their own: found by their entry points, imported on start.

A distribution names one of its modules in the group ``mmrestore.plugins``; importing that module
registers its components::

    [project.entry-points."mmrestore.plugins"]
    my_plugin = "my_plugin"
"""

from __future__ import annotations

import importlib
import warnings
from importlib.metadata import EntryPoint, entry_points

GROUP = 'mmrestore.plugins'


def load_plugins() -> None:
    """Import the modules of all plugins that are installed.

    A plugin that cannot be imported gives one warning, which names it, its distribution and the
    error; everything else goes on.
    """
    for entry_point in entry_points(group=GROUP):
        try:
            _import(entry_point)
        except (Exception, SystemExit) as error:
            warnings.warn(
                f'{_describe(entry_point)} cannot be imported: {type(error).__name__}: {error}. '
                'Components that it registers are unknown to this run: mend or uninstall it.',
                RuntimeWarning,
                stacklevel=2,
            )


def of_plugin(module: str) -> bool:
    """Whether a module is that of an installed plugin, or lies in its package.

    Examples:
        >>> of_plugin('os')
        False
    """
    packages = {point.module.split('.')[0] for point in entry_points(group=GROUP)}
    return module.split('.')[0] in packages


def _import(entry_point: EntryPoint) -> None:
    if entry_point.attr:
        raise ValueError(f'expected the name of a module as entry point, got {entry_point.value!r}')
    # A plugin whose import led here is half-imported already, which is no error.
    importlib.import_module(entry_point.module)


def _describe(entry_point: EntryPoint) -> str:
    source = entry_point.dist
    distribution = f'{source.name} {source.version}' if source else 'unknown'
    return f'the plugin {entry_point.name!r} of the distribution {distribution}'
