"""The inventory of public names: none disappears unnoticed.

``python tests/test_public_names.py`` writes the inventory again. A name that is removed from it
needs a deprecation (``mmrestore/deprecation.py``) and a line in the changelog.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from mmengine.registry import Registry

import mmrestore
from mmrestore import registry

INVENTORY = Path(__file__).parent / 'reference' / 'public_names.txt'


def public_names() -> list[str]:
    """Return the names that packages export, and the components by registry."""
    found = set()
    for module in pkgutil.walk_packages(mmrestore.__path__, 'mmrestore.'):
        if module.ispkg:
            exported = vars(importlib.import_module(module.name)).get('__all__', ())
            found |= {f'{module.name}.{name}' for name in exported}
    found |= {f'mmrestore.{name}' for name in mmrestore.__all__}
    for variable, each in vars(registry).items():
        if isinstance(each, Registry):
            components = each.module_dict.items()
            own = (n for n, c in components if c.__module__.startswith('mmrestore.'))
            found |= {f'{variable}: {name}' for name in own}
    return sorted(found)


def test_no_public_name_appears_or_disappears_unnoticed():
    inventory, names = INVENTORY.read_text().splitlines(), public_names()
    removed, added = sorted({*inventory} - {*names}), sorted({*names} - {*inventory})
    assert not removed, f'{removed}: deprecate what is removed, then write the inventory again'
    assert not added, f'{added}: run python {Path(__file__).name} to add them to the inventory'


if __name__ == '__main__':
    INVENTORY.write_text('\n'.join(public_names()) + '\n')
