"""Plugins: packages with additional components, found by entry points and imported at start.

A distribution names one of its modules in the entry-point group ``mmrestore.plugins``. Importing
that module registers the components::

    [project.entry-points."mmrestore.plugins"]
    my_plugin = "my_plugin"
"""

from __future__ import annotations

import importlib
import warnings
from importlib.metadata import EntryPoint, entry_points

GROUP = 'mmrestore.plugins'


def load_plugins() -> None:
    """Import the modules of all installed plugins.

    A plugin that cannot be imported causes one warning with its name, distribution and error; all
    other plugins are loaded.
    """
    for entry_point in entry_points(group=GROUP):
        try:
            _import(entry_point)
        except (Exception, SystemExit) as error:
            warnings.warn(
                f'{_describe(entry_point)} cannot be imported: {type(error).__name__}: {error}. '
                'Its components are not available in this run: repair or uninstall the plugin.',
                RuntimeWarning,
                stacklevel=2,
            )


def of_plugin(module: str) -> bool:
    """Return True if a module belongs to the package of an installed plugin.

    Examples:
        >>> of_plugin('os')
        False
    """
    packages = {point.module.split('.')[0] for point in entry_points(group=GROUP)}
    return module.split('.')[0] in packages


def _import(entry_point: EntryPoint) -> None:
    if entry_point.attr:
        raise ValueError(f'expected a module name as entry point, got {entry_point.value!r}')
    # A plugin that imports mmrestore is partially imported at this point, which is not an error.
    importlib.import_module(entry_point.module)


def _describe(entry_point: EntryPoint) -> str:
    source = entry_point.dist
    distribution = f'{source.name} {source.version}' if source else 'unknown'
    return f'the plugin {entry_point.name!r} of the distribution {distribution}'
