"""Convert networks to the released format for spandrel: the inverse of the readers.

One function a network, registered under its name. Our names are those of the releases, so what is
added are buffers that we compute, and what is changed are weights, where spandrel takes a constant
for granted that ours has another value of.
"""

from importlib import import_module
from pkgutil import iter_modules

from mmrestore.models.official_forms.base import OfficialForm, official_form

for _module in iter_modules(__path__):
    import_module(f'{__name__}.{_module.name}')

__all__ = ['OfficialForm', 'official_form']
