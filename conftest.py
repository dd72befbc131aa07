"""Registers all components before pytest imports a file with docstring examples by itself."""

import mmrestore.engine
import mmrestore.evaluation  # noqa: F401

# Former names of modules, which warn when they are imported.
FORMER = ('colour', 'neighbour_masks', 'neighbours')
collect_ignore = [f'mmrestore/functional/{name}.py' for name in FORMER]
