"""Parse noise descriptions such as ``gaussian:25``."""

from __future__ import annotations

import ast
from typing import Any

import mmrestore.batch_transforms  # noqa: F401  registers them
from mmrestore.registry import BATCH_TRANSFORMS, suggest

# The batch transform of each word and the argument that its number is.
WORDS = {
    'gaussian': ('GaussianNoise', 'sigma'),
    'speckle': ('SpeckleNoise', 'variance'),
    'poisson': ('PoissonNoise', 'amplification'),
    'correlated': ('CorrelatedGaussianNoise', 'sigma'),
    'salt_and_pepper': ('SaltAndPepperNoise', 'density'),
    'jpeg': ('JPEGCompression', 'quality'),
    'mixture': ('MixtureNoise', 'level'),
    'camera': ('CameraNoise', None),
}


def noise_config(text: str) -> dict[str, Any]:
    """Return the config of the batch transform that a text stands for.

    Args:
        text: a word of ``WORDS`` and its number, as in ``gaussian:15``, or a batch transform with
            arguments, as in ``GaussianNoise:sigma=25``.

    Raises:
        ValueError: it is neither.

    Examples:
        >>> noise_config('speckle:0.03')
        {'type': 'SpeckleNoise', 'variance': 0.03}
        >>> noise_config('GaussianNoise:sigma=(0, 25), clip=True')
        {'type': 'GaussianNoise', 'sigma': (0, 25), 'clip': True}
    """
    name, _, rest = text.partition(':')
    transforms = BATCH_TRANSFORMS.module_dict
    if name not in WORDS and name not in transforms:
        raise ValueError(
            f'unknown noise {name!r}.{suggest(name, [*WORDS, *transforms])} Known are '
            f'{", ".join(WORDS)}, with a number as in gaussian:15, and the batch transforms'
        )
    kind, argument = WORDS.get(name, (name, None))
    arguments = _read_arguments(f'{argument}={rest}' if argument else rest)
    if arguments is None:
        raise ValueError(
            f'expected a noise such as gaussian:15 or GaussianNoise:sigma=15, got {text!r}'
        )
    return {'type': kind, **arguments}


def _read_arguments(text: str) -> dict[str, Any] | None:
    """Return named arguments as they stand in a call, None if they are something else."""
    try:
        call = ast.parse(f'_({text})', mode='eval').body
        if not isinstance(call, ast.Call) or call.args:
            return None
        values = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    except (ValueError, SyntaxError):
        return None
    return {name: value for name, value in values.items() if name is not None}
