"""Warnings about the data of a training, before its first step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmengine.dist import master_only

from mmrestore.engine.data_check import noisy_clean_images, shared_images
from mmrestore.engine.hooks.base import Hook
from mmrestore.engine.trial import without_cache
from mmrestore.registry import DATASETS, HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class DataCheckHook(Hook):
    """Warn of test images that are trained on, and of noisy images that are taken for clean.

    It takes seconds at most, also with 100,000 files, and keeps nothing. The runner always has this
    hook unless the config has ``check_data = False``.
    """

    @master_only
    def before_train(self, runner: Runner) -> None:
        """Look at the data of training, validation and test."""
        train = runner.train_dataloader.dataset
        texts = [noisy_clean_images(runner.network, train)]
        texts += [shared_images(train, test) for test in _tests(runner)]
        for text in filter(None, texts):
            # MMEngine drops a warning whose text without arguments came before.
            runner.logger.warning(f'{text}. Skip this check by check_data=False')


def _tests(runner: Runner) -> list[Any]:
    """Return the data sets of validation and, where it is another one and there, of test."""
    found = [] if runner.val_loop is None else [runner.val_dataloader.dataset]
    loaders = [runner.cfg.get(name) or {} for name in ('val_dataloader', 'test_dataloader')]
    config = loaders[1].get('dataset')
    if config is not None and config != loaders[0].get('dataset'):
        try:
            found.append(DATASETS.build(without_cache(config)))
        except Exception:  # nothing is tested now, and its files may come later
            return found
    return found
