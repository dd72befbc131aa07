"""The record of a training: its config in the work directory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mmengine.dist import is_main_process

from mmrestore.config import config_text, read_config_text
from mmrestore.config.merging import flat
from mmrestore.engine.hooks.base import Hook
from mmrestore.files import write_text
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner

# What says how and where a training was started, but not what is trained.
OF_THE_START = ('launcher', 'work_dir', 'load_from', 'resume', 'experiment_name')
MOST_NAMED = 8


@HOOKS.register_module()
class RecordHook(Hook):
    """Write the whole config of a training into its work directory when it begins.

    Written is what the training begins with, once nothing is left that would refuse it. A resumed
    run leaves it as it is and logs which settings it has changed; what it was given is in the
    folder of its log, as that of every start. The runner always has this hook.
    """

    priority = 'LOWEST'

    def before_train(self, runner: Runner) -> None:
        """Write the config, unless a resumed training has written it before."""
        if not is_main_process():
            return
        if not (runner.resumed and runner.config_file.exists()):
            write_text(runner.config_file, config_text(runner.cfg))
            return
        record = read_config_text(runner.config_file.read_text(encoding='utf-8'))
        changes = changed_settings(record.to_dict(), runner.cfg.to_dict())
        if changes:
            more = f' and {len(changes) - MOST_NAMED} more' if len(changes) > MOST_NAMED else ''
            runner.logger.info(
                'resumed with other settings than %s records: %s%s',
                runner.config_file.name,
                ', '.join(changes[:MOST_NAMED]),
                more,
            )


def changed_settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the dotted keys of settings that differ, except those that say how a run was started.

    Examples:
        >>> changed_settings({'a': {'b': 1, 'c': 2}}, {'a': {'b': 1, 'c': 3}, 'resume': True})
        ['a.c']
    """
    old, new = dict(flat(before)), dict(flat(now))
    keys = [key for key in {**old, **new} if key.split('.')[0] not in OF_THE_START]
    return [key for key in keys if repr(old.get(key)) != repr(new.get(key))]
