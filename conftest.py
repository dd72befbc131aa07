"""Registers all components before pytest imports a file with docstring examples by itself."""

import mmrestore.engine
import mmrestore.evaluation  # noqa: F401
