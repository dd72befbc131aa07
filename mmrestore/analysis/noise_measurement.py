"""Measure restorers on a grid of test sets, noises and levels, resumable per cell."""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
from mmengine.model import BaseModel
from mmengine.utils import ProgressBar
from torch.utils.data import DataLoader, Dataset

from mmrestore.analysis.grid_results import NOISY, Row, read_rows, write_rows
from mmrestore.analysis.networks_under_noise import check_names
from mmrestore.apis.inference import init_restorer
from mmrestore.apis.networks import open_network_config
from mmrestore.apis.submission import fingerprint
from mmrestore.datasets.collate import collate, init_worker
from mmrestore.datasets.image_folder import ImageFolder
from mmrestore.datasets.noise_grid import NoiseGrid
from mmrestore.evaluation import ImageMetric
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.structures import DataSample


class Model(NamedTuple):
    """A denoiser for a batch of one image, and the fingerprint of its weights and config."""

    predict: Callable[[dict], list[DataSample]]
    fingerprint: str


def load_model(config: str | Path, checkpoint: str | Path, *, device: str | None = None) -> Model:
    """Build the restorer of a config with the weights of a checkpoint.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        ValueError: the weights are of another network.
    """
    settings = open_network_config(config)
    restorer = init_restorer(settings, checkpoint, device=device)
    return Model(cast(BaseModel, restorer).test_step, fingerprint(settings, checkpoint))


def load_models(models: Sequence[Sequence[str]], *, device: str | None = None) -> dict[str, Model]:
    """Load models by name; see :func:`load_model`.

    Args:
        models: name, config and checkpoint of each.
        device: where they run; a GPU if there is one by default.

    Raises:
        FileNotFoundError: a config or a checkpoint is missing.
        ValueError: two models have one name, or weights are of another network.
    """
    check_names(models)
    missing = [checkpoint for _, _, checkpoint in models if not Path(checkpoint).is_file()]
    if missing:
        raise FileNotFoundError(f'there is no file {" and no file ".join(missing)}')
    return {name: load_model(*files, device=device) for name, *files in models}


def keep_noise(batch: dict) -> list[DataSample]:
    """Return the input of a batch as what was restored, clamped to [0, 1]."""
    samples = batch['data_samples'].clone()
    samples.pred_img = to_unit_range(batch['inputs']).clamp(0, 1)
    samples.gt_img = to_unit_range(samples.gt_img)
    return samples.split()


def measure(
    grid: NoiseGrid,
    models: Mapping[str, Model],
    metrics: Sequence[ImageMetric],
    file: str | Path,
    *,
    limit: int | None = None,
    num_workers: int = 0,
    device: str = 'cpu',
) -> list[Row]:
    """Measure models, and the noisy input itself, on a grid; return the rows of the file.

    After every cell of the grid (a noise at a level on a test set) the file is written. Rows that
    are there are not measured again, so that a killed run can be resumed, and
    models, noises and test sets can be added. Each image is made noisy once for all models that
    still lack the cell.

    Args:
        grid: test sets, noises and levels.
        models: models by name.
        metrics: what is measured, on ``device``.
        file: CSV file of the rows.
        limit: number of images, the first of each test set; all by default.
        num_workers: processes that load images and make them noisy.
        device: where the metrics are computed.

    Raises:
        ValueError: the file holds rows of another checkpoint of one of these names, of another
            protocol, or of other images or another noise; or a model has the name of the input.
    """
    if NOISY in models:
        raise ValueError(f'{NOISY!r} is measured too: give the model another name')
    models = {NOISY: Model(keep_noise, ''), **models}
    steps = {name: step for name, step in grid.pipeline.items() if step is not None}
    protocol = _fingerprint([m.protocol for m in metrics], steps, limit)
    rows = {row.place: row for row in read_rows(file)} if Path(file).exists() else {}
    blanks = list(_blanks(grid, models, protocol, limit))
    _check_comparable(rows.values(), blanks, file)

    cells: dict[str, list[Row]] = {}
    for cell, blank in blanks:
        if blank.place not in rows:
            cells.setdefault(cell, []).append(blank)
    indices = [grid.starts[c] + i for c, missing in cells.items() for i in range(missing[0].images)]
    loader = DataLoader(
        grid,
        sampler=indices,
        num_workers=num_workers,
        collate_fn=collate,
        worker_init_fn=init_worker,
        pin_memory=device.startswith('cuda'),
    )
    bar = ProgressBar(len(indices), start=bool(indices))
    batches = iter(loader)
    for missing in cells.values():
        values: list[dict[str, list[float]]] = [{m.name: [] for m in metrics} for _ in missing]
        for _ in range(missing[0].images):
            batch = next(batches)
            for blank, lists in zip(missing, values, strict=True):
                for name, value in _measure_image(models[blank.model], batch, metrics, device):
                    lists[name].append(value)
            bar.update()
        for blank, lists in zip(missing, values, strict=True):
            means = {name: statistics.fmean(found) for name, found in lists.items()}
            rows[blank.place] = blank._replace(values=means)
        write_rows(file, rows.values())
    return list(rows.values())


@torch.inference_mode()
def _measure_image(
    model: Model, batch: dict, metrics: Sequence[ImageMetric], device: str
) -> list[tuple[str, float]]:
    """Return the value of each metric for the one image of a batch."""
    (sample,) = model.predict(batch)
    pred, target = sample.pred_img.to(device), sample.gt_img.to(device)
    for metric in metrics:
        metric.check_size(pred, sample.path)
    return [(metric.name, metric.measure_one(pred, target).item()) for metric in metrics]


def _blanks(
    grid: NoiseGrid, models: Mapping[str, Model], protocol: str, limit: int | None
) -> Iterator[tuple[str, Row]]:
    """Return the cells to measure, without values."""
    for test_set, images in grid.clean.items():
        files = _files(images, limit)
        number = len(images)  # type: ignore[arg-type]
        for name, noise in grid.noise_levels.items():
            data = _fingerprint(sorted(noise.config.items()), files)
            for model, (_, checkpoint) in models.items():
                yield (
                    f'{test_set}/{name}',
                    Row(
                        *(model, test_set, noise.noise, noise.parameter, noise.level),
                        *(min(number, limit or number), {}, checkpoint, protocol, data),
                    ),
                )


def _files(images: Dataset, limit: int | None) -> list:
    """Return names and sizes of the files of a data set, wherever they lie."""
    if not isinstance(images, ImageFolder):
        return []
    return [(name, (images.root / name).stat().st_size) for name, _ in images.samples[:limit]]


def _fingerprint(*parts: Any) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps(part, default=repr).encode())
    return digest.hexdigest()[:12]


def _check_comparable(
    rows: Iterable[Row], blanks: Sequence[tuple[str, Row]], file: str | Path
) -> None:
    """Raise a ValueError unless rows that are there and those to come may stand in one file."""
    checkpoints = {blank.model: blank.checkpoint for _, blank in blanks}
    data = {(blank.test_set, blank.noise, blank.level): blank.data for _, blank in blanks}
    protocol = blanks[0][1].protocol
    for row in rows:
        if row.protocol != protocol:
            reason = 'by another protocol (metrics, pipeline, crop or number of images)'
        elif row.data != data.get((row.test_set, row.noise, row.level), row.data):
            reason = 'on other images or with another noise of that name'
        elif row.checkpoint != checkpoints.get(row.model, row.checkpoint):
            reason = f'with another checkpoint or config than what is called {row.model!r} now'
        else:
            continue
        level = '' if row.level is None else f' at {row.level:g}'
        raise ValueError(
            f'{file} holds what {row.model!r} reached on {row.test_set} under {row.noise}{level}, '
            f'measured {reason}: write to another place, or delete the file'
        )
