"""How training and restoring costs grow with the work, on the CPU."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch
from matplotlib.figure import Figure
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import multiprocessing
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader

from mmrestore.analysis.candidates import Candidate
from mmrestore.config import config_folder, open_config
from mmrestore.datasets import ImageFolder, SampleKey, collate
from mmrestore.datasets.collate import init_worker
from mmrestore.registry import MODELS

TINY = {'type': 'DnCNN', 'in_channels': 3, 'channels': 8, 'num_layers': 3}
SMALL = {'type': 'DnCNN', 'in_channels': 3, 'channels': 32, 'num_layers': 7}
CHUNKS = 10  # points of the curve over iterations


class Growth(NamedTuple):
    """One curve: what was measured for each amount of work."""

    title: str
    amount: str
    amounts: Sequence[float]
    cost: str
    costs: Sequence[float]


def over_iterations(iterations: int) -> Growth:
    """Median CPU time of a step of a tiny network, for each tenth of the iterations."""
    model = {'type': 'Restorer', 'backbone': TINY, 'losses': {'pixel': {'type': 'L1Loss'}}}
    model['data_preprocessor'] = {'type': 'DataPreprocessor'}
    config = Config({'model': model, 'train_dataloader': {'total_batch_size': 1}})
    config.optim_wrapper = {'type': 'OptimWrapper', 'optimizer': {'type': 'Adam', 'fused': True}}
    candidate = Candidate('tiny', config, device='cpu', synthetic=16, clock=time.process_time)
    ends = [iterations * (i + 1) // CHUNKS for i in range(CHUNKS)]
    costs = []
    for start, stop in pairwise([0, *ends]):
        for _ in range(stop - start):
            candidate.step()
        costs.append(1e3 * candidate.median('step'))
        candidate.drop_first(stop - start)
    return Growth('Step of a tiny network', 'iterations', ends, 'CPU time, ms', costs)


def over_files(counts: Sequence[int]) -> list[Growth]:
    """CPU time of opening a folder with so many images, the first and the second time."""
    first, again = [], []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            images = Path(folder, 'images')
            images.mkdir()
            _write_images(images, count, side=24)
            costs = []
            for _ in range(2):
                start = time.process_time()
                ImageFolder(images, pipeline=[], cache_dir=Path(folder, 'cache'))
                costs.append(time.process_time() - start)
        first.append(costs[0])
        again.append(costs[1])
    names = 'files', 'CPU time, s'
    return [
        Growth('Opening a data set, first', names[0], counts, names[1], first),
        Growth('Opening a data set, again', names[0], counts, names[1], again),
    ]


def over_megapixels(megapixels: Sequence[float]) -> list[Growth]:
    """CPU time and peak memory of restoring square images in tiles by a small DnCNN."""
    with multiprocessing.get_context('spawn').Pool(1, maxtasksperchild=1) as pool:
        measured = pool.map(_restore, megapixels, chunksize=1)
    seconds, memory = zip(*measured, strict=True)
    return [
        Growth('Restoring, tiles of 256', 'megapixels', megapixels, 'CPU time, s', seconds),
        Growth('Restoring, memory', 'megapixels', megapixels, 'peak memory, MiB', memory),
    ]


def _restore(megapixels: float) -> tuple[float, float]:
    """Return CPU seconds and MiB of this process, which restores one image."""
    init_default_scope('mmrestore')
    model = MODELS.build(
        {
            'type': 'Restorer',
            'backbone': SMALL,
            'losses': {},
            'data_preprocessor': {'type': 'DataPreprocessor'},
            'inference': {'tile': {'type': 'Tile', 'size': 256, 'overlap': 16}},
        }
    ).eval()
    side = round((1e6 * megapixels) ** 0.5)
    image = torch.zeros(1, 3, side, side)
    start = time.process_time()
    with torch.inference_mode():
        model.predictor(image)
    seconds = time.process_time() - start
    return seconds, _peak_memory()


def _peak_memory() -> float:
    """Return the MiB that this process had at most; ``getrusage`` counts its parent's as well."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith('VmHWM')) / 1024


def over_workers(workers: Sequence[int], *, batches: int = 48, batch: int = 16) -> Growth:
    """Patches of 64 x 64 a second, wall time, from PNG files of 512 x 512."""
    rates = []
    with tempfile.TemporaryDirectory() as folder:
        _write_images(Path(folder), 16, side=512)
        pipeline: list[Any] = [{'type': 'LoadImage'}, {'type': 'RandomCrop', 'size': 64}]
        dataset = ImageFolder(folder, pipeline=[*pipeline, {'type': 'PackInputs'}])
        keys = [[SampleKey(0, i, j % 16) for j in range(batch)] for i in range(batches)]
        for num in workers:
            loader: DataLoader = DataLoader(
                dataset,
                batch_sampler=keys,  # type: ignore[arg-type]
                num_workers=num,
                collate_fn=collate,
                worker_init_fn=init_worker,
            )
            drawn = iter(loader)
            next(drawn)  # the workers have started
            start = time.perf_counter()
            rest = sum(1 for _ in drawn)
            rates.append(rest * batch / (time.perf_counter() - start))
    return Growth('Data workers', 'workers', workers, 'patches / s', rates)


def over_processes(processes: Sequence[int], *, steps: int = 10) -> Growth:
    """Images a second, wall time, of distributed training with two images in each process."""
    rates = []
    for num in processes:
        with tempfile.TemporaryDirectory() as folder:
            multiprocessing.spawn(_train, (num, folder, steps), nprocs=num)
            seconds = float((Path(folder) / 'seconds').read_text())
        rates.append(2 * num * steps / seconds)
    return Growth('Training processes', 'processes', processes, 'images / s', rates)


def _train(rank: int, world: int, folder: str, steps: int) -> None:
    """Train the small NAFNet for some steps; the first process writes how long they took."""
    init_default_scope('mmrestore')
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{folder}/store', rank=rank, world_size=world
    )
    config = open_config(config_folder() / '_base_' / 'models' / 'nafnet_small.py')
    network = DistributedDataParallel(MODELS.build(config.model.backbone))
    optimizer = torch.optim.Adam(network.parameters(), fused=True)
    x = torch.rand(2, 3, 64, 64)
    seconds = []
    for _ in range(steps + 2):
        start = time.perf_counter()
        optimizer.zero_grad()
        (network(x) - x).abs().mean().backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    if rank == 0:
        (Path(folder) / 'seconds').write_text(str(steps * median(seconds[2:])))
    torch.distributed.destroy_process_group()


def _write_images(folder: Path, count: int, *, side: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    data = cv2.imencode('.png', image)[1].tobytes()
    for i in range(count):
        (folder / f'{i}.png').write_bytes(data)


def draw_growth(curves: Sequence[Growth]) -> Figure:
    """Draw a panel for each curve, on one page."""
    figure = Figure(figsize=(12, 6), layout='constrained')
    panels = list(figure.subplots(2, -(-len(curves) // 2), squeeze=False).flat)
    for panel, curve in zip(panels, curves, strict=False):
        panel.plot(curve.amounts, curve.costs, marker='.')
        panel.set(title=curve.title, xlabel=curve.amount, ylabel=curve.cost)
        panel.set_ylim(0, 1.15 * max(curve.costs))
        panel.grid(alpha=0.3)
    for panel in panels[len(curves) :]:
        panel.set_axis_off()
    return figure


def growth_rows(curves: Sequence[Growth]) -> list[list[str]]:
    """Return the numbers of the curves as rows below a head.

    Examples:
        >>> growth_rows([Growth('Restoring', 'megapixels', [1], 'CPU time, s', [2.5])])[1]
        ['Restoring', '1 megapixels', '2.5', 'CPU time, s']
    """
    rows = [['', 'work', 'cost', 'unit']]
    for curve in curves:
        for amount, cost in zip(curve.amounts, curve.costs, strict=True):
            rows.append([curve.title, f'{amount:g} {curve.amount}', f'{cost:.4g}', curve.cost])
    return rows


def measure_growth(
    *,
    iterations: int = 10_000,
    files: Sequence[int] = (100, 1000, 10_000),
    megapixels: Sequence[float] = (0.25, 1, 2, 4),
    workers: Sequence[int] = (0, 1, 2, 4),
    processes: Sequence[int] = (1, 2, 4),
) -> list[Growth]:
    """Measure all curves, each for the amounts of work that are given."""
    init_default_scope('mmrestore')
    curves = [over_iterations(iterations), *over_files(files), *over_megapixels(megapixels)]
    return [*curves, over_workers(workers), over_processes(processes)]
