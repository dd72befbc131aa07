"""The record of a training: its config in the work directory."""

from __future__ import annotations

from mmengine.dist import is_main_process
from mmengine.hooks import Hook

from mmrestore.config import config_text
from mmrestore.files import write_text
from mmrestore.registry import HOOKS


@HOOKS.register_module()
class RecordHook(Hook):
    """Write the whole config of a training into its work directory when it begins.

    Written is what the training begins with, once nothing is left that would refuse it. A resumed
    run leaves it as it is; what that one was given is in the folder of its log, as that of every
    start. The runner always has this hook.
    """

    priority = 'LOWEST'

    def before_train(self, runner) -> None:
        """Write the config, unless the training goes on that has written it."""
        if is_main_process() and not (runner.resumed and runner.config_file.exists()):
            write_text(runner.config_file, config_text(runner.cfg))
