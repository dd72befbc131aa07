"""Report the training files that could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmengine.dist import all_reduce, is_main_process

from mmrestore.datasets import ImageFolder, nested_datasets
from mmrestore.datasets.bad_files import BadFiles, bad_file_list
from mmrestore.engine.hooks.base import Hook
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class BadFilesHook(Hook):
    """Log the files that data sets with ``on_error='skip'`` replace: each once, and all at the end.

    The runner always has this hook; it does nothing without such data sets.
    """

    def before_train(self, runner: Runner) -> None:
        """Look up the data sets, and log what their check has found."""
        found = nested_datasets(runner.train_dataloader.dataset)
        self._folders = [each for each in found if _bad_files(each) is not None]
        self._logged: set[str] = set()
        self._log_new(runner)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Log the files that this process has found to be unreadable since."""
        self._log_new(runner)

    def after_train(self, runner: Runner) -> None:
        """Log the files that all processes have found, once."""
        for folder in self._folders:
            flags = folder.bad_files.flags.int()
            all_reduce(flags, op='max')
            bad = flags.nonzero().flatten().tolist()
            if bad and is_main_process():
                runner.logger.warning(bad_file_list(folder.name, _paths(folder, bad)))

    def _log_new(self, runner: Runner) -> None:
        for folder in self._folders:
            for path in _paths(folder, folder.bad_files.samples):
                if path not in self._logged:
                    self._logged.add(path)
                    # MMEngine drops a warning whose text without arguments came before.
                    runner.logger.warning(f'{path} cannot be read: others are drawn in its place')


def _bad_files(dataset: object) -> BadFiles | None:
    return dataset.bad_files if isinstance(dataset, ImageFolder) else None


def _paths(folder: ImageFolder, samples: list[int]) -> list[str]:
    """Return the files of samples, of pairs both."""
    return [' with its target '.join(map(str, folder.files_of(index))) for index in samples]
