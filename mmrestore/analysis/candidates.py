"""Models whose training steps and inference are timed side by side."""

from __future__ import annotations

import copy
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper

from mmrestore.datasets.collate import collate
from mmrestore.engine import Runner
from mmrestore.models.backbones.base import facts
from mmrestore.registry import MODELS
from mmrestore.structures import DataSample

PARTS = ('data wait', 'transfer', 'batch transforms', 'forward', 'backward', 'optimiser')


class Candidate:
    """One variant: its model, optimizer and data, and the seconds of every step so far."""

    def __init__(
        self,
        name: str,
        config: Config,
        *,
        device: str,
        synthetic: int | None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.name, self.clock = name, clock
        self.device = torch.device(device)
        self.backbone = config.model.get('backbone')
        torch.manual_seed(0)
        self.model = MODELS.build(copy.deepcopy(config.model)).to(self.device).train()
        self.optim_wrapper = build_optim_wrapper(self.model, copy.deepcopy(config.optim_wrapper))
        self.batches = self._batches(config, synthetic)
        self.seconds: dict[str, list[float]] = {part: [] for part in PARTS}
        self.seconds['inference'] = []
        self.images = 0
        self.memory = 0.0

    def _batches(self, config: Config, synthetic: int | None) -> Iterator[dict]:
        loader_cfg = config.train_dataloader
        if synthetic:
            size = loader_cfg.get('total_batch_size', loader_cfg.get('batch_size'))
            channels = facts(self.model.backbone).in_channels or 3
            scale = self.model.backbone.scale
            multiple = self.model.backbone.size_multiple
            side = -(-synthetic // multiple) * multiple
            sample = {'inputs': torch.randint(256, (channels, side, side)).byte()}
            target = torch.randint(256, (channels, scale * side, scale * side)).byte()
            fields = {'gt_img': target} if scale > 1 else {}
            while True:
                yield collate([{**sample, 'data_samples': DataSample(**fields)}] * size)
        loader = Runner.build_dataloader(loader_cfg, seed=0)
        while True:
            yield from loader

    def step(self) -> None:
        """Take one training step, timing its parts."""
        watch = _Stopwatch(self.device, self.clock)
        if self.device.type == 'cuda':
            torch.cuda.reset_peak_memory_stats()
        times = {}
        batch = next(self.batches)
        times['data wait'] = watch.lap()
        preprocessor = self.model.data_preprocessor
        with self.optim_wrapper.optim_context(self.model):
            data = preprocessor.to_device(batch)
            times['transfer'] = watch.lap()
            data = preprocessor.transform(**data)
            times['batch transforms'] = watch.lap()
            loss, _ = self.model.parse_losses(self.model(**data, mode='loss'))
            times['forward'] = watch.lap()
        self.optim_wrapper.backward(loss)
        times['backward'] = watch.lap()
        self.optim_wrapper.step()
        self.optim_wrapper.zero_grad()
        times['optimiser'] = watch.lap()
        for part, value in times.items():
            self.seconds[part].append(value)
        self.images = len(data['inputs'])
        if self.device.type == 'cuda':
            self.memory = torch.cuda.max_memory_allocated() / 2**20
        else:
            self.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def infer(self) -> None:
        """Restore a batch of the size of training as at test time, by its decorators too."""
        inputs = self.model.data_preprocessor.to_device(next(self.batches))['inputs']
        self.model.eval()
        # Only wrappers of mixed precision have a type of their own.
        autocast = getattr(self.optim_wrapper, 'dtype', None)
        context = torch.autocast(self.device.type, autocast) if autocast else nullcontext()
        watch = _Stopwatch(self.device, self.clock)
        with torch.inference_mode(), context:
            self.model.predictor(inputs)
        self.seconds['inference'].append(watch.lap())
        self.model.train()

    def drop_first(self, count: int) -> None:
        """Forget the first steps, in which caches are filled."""
        for values in self.seconds.values():
            del values[:count]

    def median(self, part: str) -> float:
        """Return the median seconds of a part, or of the whole ``step``."""
        if part == 'step':
            return statistics.median(map(sum, zip(*(self.seconds[p] for p in PARTS), strict=True)))
        return statistics.median(self.seconds[part])


class _Stopwatch:
    """Seconds between laps, all work on the device done."""

    def __init__(self, device: torch.device, clock: Callable[[], float]) -> None:
        self.wait: Callable[[], None] = (
            torch.cuda.synchronize if device.type == 'cuda' else lambda: None
        )
        self.clock = clock
        self.wait()
        self.start = clock()

    def lap(self) -> float:
        """Return the seconds since the last lap."""
        self.wait()
        now = self.clock()
        passed, self.start = now - self.start, now
        return passed


def compare(candidates: list[Candidate], *, steps: int, warm_up: int) -> None:
    """Let all candidates take their steps in turn.

    Inference comes first: training leaves memory in the allocator that a process which only
    restores would not have.
    """
    for action in (Candidate.infer, Candidate.step):
        for _ in range(steps + warm_up):
            for candidate in candidates:
                action(candidate)
    for candidate in candidates:
        candidate.drop_first(warm_up)
