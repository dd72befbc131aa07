"""Training, validation and test loops that a config describes."""

from __future__ import annotations

import copy

from mmengine.config import Config

PARTS = {
    'train': ('train_cfg', 'train_dataloader', 'optim_wrapper'),
    'val': ('val_cfg', 'val_dataloader', 'val_evaluator'),
    'test': ('test_cfg', 'test_dataloader', 'test_evaluator'),
}
LEAST = {'max_epochs': 1, 'max_iters': 1, 'val_interval': 0}
WORDS = {'train': 'training', 'val': 'validation', 'test': 'test'}


def whole_loops(config: Config) -> Config:
    """Return a config whose validation and test are described wholly or switched off wholly.

    MMEngine wants all three settings of each, or none. None for one of them, or an interval of
    validation of 0 or None, switches it off.

    Raises:
        ValueError: a setting is missing beside others, or the length of the training or the
            interval is no whole number from 1, or 0, on.

    Examples:
        >>> whole_loops(Config(dict(val_cfg={}, val_dataloader=None, val_evaluator={}))).val_cfg
    """
    off = [name for name in ('val', 'test') if any(_is_none(config, n) for n in PARTS[name])]
    loop = config.get('train_cfg') or {}
    for name, least in LEAST.items():
        number = loop.get(name, least)
        if number is not None and (type(number) is not int or number < least):
            raise ValueError(
                f'train_cfg.{name} must be a whole number from {least} on, got {number!r}'
            )
    interval = loop.get('val_interval', 1)
    if off or not interval:
        config = copy.deepcopy(config)
    if not interval:
        del config.train_cfg['val_interval']
        off.append('val')
    for name in off:
        config.update(dict.fromkeys(PARTS[name]))
    for name in ('val', 'test'):
        missing = [part for part in PARTS[name] if part not in config]
        if 0 < len(missing) < len(PARTS[name]):
            raise ValueError(
                f'{", ".join(missing)} must stand beside '
                f'{", ".join(part for part in PARTS[name] if part in config)}; '
                f'{name}_dataloader=None switches all of it off'
            )
    return config


def check_described(config: Config, name: str) -> None:
    """Check that a config describes a loop, ``train``, ``val`` or ``test``.

    Raises:
        ValueError: it does not; the message names what is missing.
    """
    missing = [part for part in ('model', *PARTS[name]) if config.get(part) is None]
    if missing:
        what = config.filename or 'the config'
        raise ValueError(f'{what} does not describe a {WORDS[name]}: give {", ".join(missing)}')


def _is_none(config: Config, name: str) -> bool:
    return name in config and config[name] is None
