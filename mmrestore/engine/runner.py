"""MMEngine's runner with checkpoints of plain data, exact resuming and CPU processes."""

from __future__ import annotations

import time
import traceback
from functools import cached_property
from pathlib import Path
from typing import Any

import mmengine
import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.dist import (
    broadcast_object_list,
    is_main_process,
    master_only,
)
from mmengine.logging import MMLogger
from mmengine.model import (
    MMDistributedDataParallel,
    convert_sync_batchnorm,
    is_model_wrapper,
)
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.runner import Runner as _Runner
from mmengine.utils import import_modules_from_strings
from torch import nn
from torch.utils.data import DataLoader

from mmrestore.config import by_part, check_config, config_text
from mmrestore.config.absent import without_absent
from mmrestore.config.check import NAMED_HOOKS
from mmrestore.engine.checkpoint import (
    load_checkpoint,
    load_latest,
    resumable_checkpoints,
    save_checkpoint,
)
from mmrestore.engine.console import log_to_file, quieten, without_noise
from mmrestore.engine.delayed_scalars import DelayedScalars
from mmrestore.engine.environment import describe_environment, log_environment
from mmrestore.engine.loaders import whole_loader
from mmrestore.engine.loop_settings import whole_loops
from mmrestore.engine.optim_wrappers import build_separate_optim_wrappers
from mmrestore.engine.out_of_memory import memory_advice
from mmrestore.engine.preparation import prepare_batch_transforms, prepare_losses
from mmrestore.engine.resume import data_facts, resume, training_state
from mmrestore.engine.stop import StopSignals
from mmrestore.engine.trial import try_model
from mmrestore.engine.validations import read_validations
from mmrestore.files import write_text
from mmrestore.models.inference.memory import is_out_of_memory
from mmrestore.models.restorers.restorer import Restorer
from mmrestore.models.weights import load_weights
from mmrestore.registry import RUNNERS
from mmrestore.version import __version__


@RUNNERS.register_module()
class Runner(_Runner):
    """Trains, validates and tests what a config describes.

    Own are only the pieces that MMEngine 0.10.7 gets wrong on current PyTorch: its checkpoints
    hold pickled objects that PyTorch refuses to load, are not written atomically, and resuming
    replays the data; its distributed wrapper needs a GPU.
    """

    resumed = False
    _has_loaded: bool

    @cached_property
    def scalars(self) -> DelayedScalars:
        """Losses and gradient norms of the training on their way from the device."""
        return DelayedScalars()

    @classmethod
    def from_cfg(cls, cfg: Config) -> Runner:
        """Build the runner of a config, after a look for misspelt names; see ``check_config``."""
        settings = {'default_scope': 'mmrestore', **without_absent(cfg.to_dict())}
        cfg = Config(settings, filename=cfg.filename)
        import_modules_from_strings(**cfg.get('custom_imports', {'imports': []}))
        check_config(cfg)
        try_model(cfg.model)
        with without_noise():
            return super().from_cfg(whole_loops(cfg))

    def train(self) -> nn.Module:
        """Train; the networks that batch transforms and losses read come before the data."""
        prepare_losses(self.network)
        if not self._resume:  # a checkpoint may hold what batch transforms have made of theirs
            prepare_batch_transforms(self.network)
        with without_noise(), StopSignals() as self.stop:
            try:
                model = super().train()
            except Exception as error:
                log_to_file(self.logger, traceback.format_exc())
                if is_out_of_memory(error):
                    device = next(self.network.parameters()).device.type
                    advice = memory_advice(self.cfg, self.iter + 1, device=device)
                    raise RuntimeError(advice) from error
                raise
            if self.stop.received:  # too late for a checkpoint; nothing else shall begin
                self.stop.end()
            return model

    def begin_from(self, checkpoint: str | Path | None, *, resume: bool) -> None:
        """Choose what the training begins from, in place of what the config says.

        Args:
            checkpoint: file of weights, or of the training to resume; None for the newest one of
                the work directory, or to begin anew.
            resume: whether to resume the training of the checkpoint.
        """
        self._load_from = None if checkpoint is None else str(checkpoint)
        self._resume = resume

    def setup_env(self, env_cfg: dict) -> None:
        """Set up the processes and choose the folder of the log, which no other run has.

        Args:
            env_cfg: MMEngine's settings, and ``tf32``: whether GPUs round the factors of float32
                products to 10 bits, which is faster; as PyTorch has it if absent.
        """
        super().setup_env(env_cfg)
        if (tf32 := env_cfg.get('tf32')) is not None:
            torch.backends.cuda.matmul.allow_tf32 = tf32
            torch.backends.cudnn.allow_tf32 = tf32
        chosen = [self._make_log_folder() if is_main_process() else '']
        broadcast_object_list(chosen)
        self._timestamp = chosen[0]

    def _log_env(self, env_cfg: dict) -> None:
        """Log what the run is computed with, its seed and processes, and the config."""
        run = {**env_cfg, **self._randomness_cfg, 'seed': self._seed}
        run.update(launcher=self._launcher, processes=self._world_size)
        log_environment(self.logger, run, config=self.cfg.pretty_text if self.cfg else '')

    def _make_log_folder(self) -> str:
        second = time.time()
        while True:
            stamp = time.strftime('%Y%m%d_%H%M%S', time.localtime(second))
            try:
                (Path(self.work_dir) / stamp).mkdir()
            except FileExistsError:  # another run began in the same second
                second += 1
            else:
                return stamp

    def register_default_hooks(self, hooks: dict | None = None) -> None:
        """Register the hooks of a config, what is None left out, and those of all trainings."""
        used = {k: v for k, v in (hooks or {}).items() if v is not None or k in NAMED_HOOKS}
        # Not by name: a config may call a hook of its own as it likes.
        self.register_hook({'type': 'mmrestore.AverageBuffersHook'})
        self.register_hook({'type': 'mmrestore.BadFilesHook'})
        if self.cfg.get('check_data', True):
            self.register_hook({'type': 'mmrestore.DataCheckHook'})
        self.register_hook({'type': 'mmrestore.MetricNetworkHook'})
        super().register_default_hooks(used)
        self.register_hook({'type': 'mmrestore.RecordHook'})

    @property
    def network(self) -> Any:
        """The model without a distributed wrapper."""
        return self.model.module if is_model_wrapper(self.model) else self.model

    @property
    def samples_per_step(self) -> int:
        """Images of one iteration over all processes."""
        return self.train_dataloader.batch_size * self.world_size

    @property
    def validated_iter(self) -> int:
        """The iteration of the last complete validation of this work directory; -1 for none."""
        return read_validations(self.work_dir).get('last', -1)

    @property
    def config_file(self) -> Path:
        """The file in the work directory with the complete config of its training."""
        name = Path(self.cfg.filename or f'{self.timestamp}.py').with_suffix('.py').name
        return Path(self.work_dir) / name

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        """Build the logger: a filtered console log and a complete log file."""
        logger = super().build_logger(*args, **kwargs)
        quieten(logger)
        return logger

    @master_only
    def dump_config(self) -> None:
        """Write the config beside the log; ``RecordHook`` writes that of a training."""
        write_text(Path(self.log_dir) / self.config_file.name, config_text(self.cfg))

    def wrap_model(self, model_wrapper_cfg: dict | None, model: nn.Module) -> nn.Module:
        """Wrap the model for several processes, on GPUs or on CPUs."""
        if self.distributed and isinstance(model, Restorer) and model.separately_optimized:
            # Its own step averages the gradients of the part that it updates.
            if self.cfg.get('sync_bn') is not None:
                model = convert_sync_batchnorm(model, self.cfg.sync_bn)
            return model.to(get_device())
        if not self.distributed or torch.cuda.is_available() or model_wrapper_cfg is not None:
            return super().wrap_model(model_wrapper_cfg, model)
        return MMDistributedDataParallel(
            module=model,
            device_ids=None,  # MMEngine always passes a GPU
            broadcast_buffers=False,
            find_unused_parameters=self.cfg.get('find_unused_parameters', False),
        )

    def save_checkpoint(  # type: ignore[override]
        self, out_dir: str, filename: str, *, epoch: int, iteration: int, weights_only: bool = False
    ) -> None:
        """Write the state after ``iteration`` iterations, of which ``epoch`` epochs are complete.

        Args:
            out_dir: folder of the file.
            filename: name of the file.
            epoch: number of complete epochs.
            iteration: number of iterations done.
            weights_only: leave out what only resuming needs.
        """
        self.scalars.flush()  # a loss that is not finite ends the training instead
        checkpoint: dict[str, Any] = {
            'meta': {
                'epoch': epoch,
                'iter': iteration,
                **data_facts(self),
                'cfg': config_text(self.cfg),
                'experiment_name': self.experiment_name,
                'time': time.strftime('%Y%m%d_%H%M%S'),
                'versions': {
                    'mmrestore': __version__,
                    'mmengine': mmengine.__version__,
                    'torch': str(torch.__version__),
                },
                'environment': describe_environment(),
            },
            'state_dict': dict(self.network.state_dict()),
        }
        broken = [k for k, v in checkpoint['state_dict'].items() if not v.isfinite().all()]
        if broken:
            raise FloatingPointError(
                f'{len(broken)} weights are not finite at iteration {iteration}, {broken[0]} among '
                'them: nothing is saved, the checkpoints before are good. Lower the learning rate, '
                'clip gradients or train in float32'
            )
        if not weights_only:
            checkpoint.update(training_state(self))
        self.call_hook('before_save_checkpoint', checkpoint=checkpoint)
        if weights_only:
            checkpoint = {key: checkpoint[key] for key in ('meta', 'state_dict')}
        try:
            save_checkpoint(checkpoint, Path(out_dir) / filename)
        except OSError as error:
            latest = next(iter(resumable_checkpoints(Path(out_dir))), None)
            if latest is None:
                raise
            raise OSError(
                f'{error}. {latest.name} is whole: resume from it with --resume when files can be '
                'written again'
            ) from error

    def build_optim_wrapper(self, optim_wrapper: Any) -> OptimWrapper | OptimWrapperDict:
        """Build the optimizer, or one for each part of the model that the config names."""
        if by_part(optim_wrapper):
            return build_separate_optim_wrappers(self.network, optim_wrapper)
        return super().build_optim_wrapper(optim_wrapper)

    def scale_lr(self, optim_wrapper: OptimWrapper, auto_scale_lr: dict | None = None) -> None:
        """Scale the learning rate with the images of an update, relative to ``base_batch_size``."""
        if not auto_scale_lr or not auto_scale_lr.get('enable', False):
            return
        separate = isinstance(optim_wrapper, OptimWrapperDict)
        for wrapper in optim_wrapper.values() if separate else [optim_wrapper]:
            images = self.samples_per_step * wrapper._accumulative_counts
            factor = images / auto_scale_lr['base_batch_size']
            for group in wrapper.optimizer.param_groups:
                group['lr'] *= factor
            self.logger.info('learning rates scaled by %g: %d images an update', factor, images)

    def load_or_resume(self) -> None:
        """Go on from a checkpoint, or start from pretrained weights, as the config says."""
        if self._has_loaded:
            return
        if self._resume and self._load_from is None:
            latest = load_latest(Path(self.work_dir))
            if latest is None:
                self.logger.info('no checkpoint to resume from in %s: a new run', self.work_dir)
            else:
                resume(self, *latest)
        elif self._resume and self._load_from is not None:
            resume(self, Path(self._load_from), load_checkpoint(Path(self._load_from)))
        elif self._load_from is not None:
            self.load_checkpoint(self._load_from)
        self._has_loaded = True

    def load_checkpoint(self, filename: str) -> None:  # type: ignore[override]
        """Load the weights of a checkpoint of this package or of a released network.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the weights are of another network; the message lists the keys.
        """
        try:
            where = load_weights(self.network, filename)
        except FileNotFoundError as error:
            raise FileNotFoundError(f'{error}: train what makes it, or set `load_from`') from error
        # EMA made its copy of the network before the weights were there.
        weights = {'state_dict': self.network.state_dict()}
        self.call_hook('after_load_checkpoint', checkpoint=weights)
        self.logger.info('loaded the weights of %s', f'{filename}, {where}' if where else filename)

    @staticmethod
    def build_dataloader(
        dataloader: DataLoader | dict, seed: int | None = None, diff_rank_seed: bool = False
    ) -> DataLoader:
        """Build a data loader, with what a config leaves out of one; see ``whole_loader``.

        Raises:
            ValueError: the size of a batch is given twice, or cannot be shared by the processes.
        """
        if isinstance(dataloader, dict):
            dataloader = whole_loader(dataloader)
        return _Runner.build_dataloader(dataloader, seed, diff_rank_seed)
