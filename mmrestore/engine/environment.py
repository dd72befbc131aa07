"""Environment of a run (Python, PyTorch, devices, packages) for its log."""

from __future__ import annotations

import logging
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import cv2
import torch

from mmrestore.version import __version__

PACKAGES = ('numpy', 'mmengine', 'mmcv-lite', 'mmcv', 'scikit-image', 'torchvision', 'lpips')


def describe_environment() -> dict[str, str]:
    """Return names and values, none of which takes the import of a package.

    MMEngine's ``collect_env`` imports torchvision, and with it the compiler of PyTorch, for a
    version number.

    Examples:
        >>> describe_environment()['PyTorch'] == torch.__version__
        True
    """
    found = {
        'system': platform.platform(),
        'Python': platform.python_version(),
        'mmrestore': __version__,
        'PyTorch': str(torch.__version__),
        'OpenCV': cv2.__version__,
    }
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    found['threads'] = str(torch.get_num_threads())
    if torch.cuda.is_available():
        found['CUDA'] = str(torch.version.cuda)
        found['cuDNN'] = str(torch.backends.cudnn.version())
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        found.update({f'GPU {i}': name for i, name in enumerate(names)})
    found['PyTorch was built with'] = ' '.join(torch.__config__.show().split())
    return found


def log_environment(logger: logging.Logger, run: Mapping[str, Any], *, config: str) -> None:
    """Log the environment, the settings of a run by name, and its config.

    The console leaves out what this file logs; see ``ConsoleFilter``.
    """
    for title, values in (('System', describe_environment()), ('Runtime', run)):
        lines = ''.join(f'\n    {name}: {value}' for name, value in values.items())
        logger.info('%s environment:%s\n', title, lines)
    if config:
        logger.info('Config:\n%s', config)
