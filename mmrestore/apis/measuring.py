"""Compare two folders of images of any origin."""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmengine.registry import init_default_scope
from mmengine.utils import ProgressBar
from torch import Tensor

from mmrestore.apis.image_pairs import check_pairs, find_pairs
from mmrestore.apis.networks import choose_device
from mmrestore.apis.results import remove_results, write_results
from mmrestore.apis.work_dir import check_folder
from mmrestore.datasets.image_file import read_header, read_image
from mmrestore.datasets.titles import titles_of
from mmrestore.evaluation.base import ImageMetric
from mmrestore.evaluation.protocols import protocol_metrics
from mmrestore.files import expand, printable
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import METRICS

COLORS = ('same', 'rgb', 'gray')


class Measured(NamedTuple):
    """Results of comparing two folders of images.

    Attributes:
        means: mean values by name, as ``{'kodak24/PSNR': 30.1}``.
        metrics: the metrics, with their protocols and the values of the images.
        num_images: number of the images compared.
        left_out: number of targets without a restored image.
    """

    means: dict[str, float]
    metrics: list[ImageMetric]
    num_images: int
    left_out: int


def measure(
    restored: str | Path,
    target: str | Path,
    *,
    protocol: str = 'rgb',
    metrics: Sequence[str | Mapping[str, Any]] = ('PSNR', 'SSIM'),
    crop_border: int | None = None,
    pattern: str = '{}',
    target_pattern: str = '{}',
    partial: bool = False,
    color: str = 'same',
    name: str | None = None,
    output: str | Path | None = None,
    device: str | int | None = None,
) -> Measured:
    """Compare restored images with their targets; what ``mmrestore measure`` does.

    The images may come from any program. Those of one relative name without its ending belong
    together. All files are checked before the first is compared.

    Args:
        restored: folder of the restored images.
        target: folder of the targets.
        protocol: a name of ``mmrestore.evaluation.protocols.PROTOCOLS``.
        metrics: names or configs; see ``protocol_metrics``.
        crop_border: pixels left out at each side by PSNR, SSIM and NIQE, in place of those of the
            protocol.
        pattern: names of the restored images without ending, if they differ from those of the
            targets: ``'{}_ours'`` pairs ``1_ours.png`` with ``1.png``.
        target_pattern: names of the targets without ending.
        partial: whether targets without a restored image are left out; otherwise an error.
        color: as what images are read: ``'same'``, as the files are, which must agree in it,
            ``'rgb'`` or ``'gray'`` (the luma of color).
        name: name of the data set in results; that of the folder of targets if absent.
        output: folder that gets ``images.csv`` and ``results.json``; see ``write_results``.
        device: where metrics compute; a GPU if there is one by default.

    Raises:
        ValueError: a folder is missing or empty, images lack their partners, cannot be read or
            differ in size or color, a metric or a protocol is not known, or an image is too small
            for a metric.
        RuntimeError: a metric needs a package or weights that are missing.
        OSError: a result cannot be written.
    """
    if color not in COLORS:
        raise ValueError(f'color must be one of {COLORS}, got {color!r}')
    if output is not None:
        check_folder(output)
    configs = protocol_metrics(protocol, metrics, crop_border=crop_border)
    device = choose_device(device)
    roots = expand(restored), expand(target)
    pairs, left_out = find_pairs(*roots, pattern, target_pattern, partial=partial)
    check_pairs(pairs, color)
    built = _build(configs)
    name = name or printable(roots[1].resolve().name)
    titles = titles_of([Path(file).relative_to(roots[1]).as_posix() for _, file in pairs])
    bar = ProgressBar(len(pairs), file=sys.stderr)
    try:
        for title, files in zip(titles, pairs, strict=True):
            pred, truth = (_read(file, color, device) for file in files)
            sample = dict(
                pred_img=pred, gt_img=truth, path=str(files[0]), title=title, dataset=name
            )
            for metric in built:
                metric.process(None, [sample])
            bar.update()
    finally:
        sys.stderr.write('\n')
    means: dict[str, float] = {}
    for metric in built:
        metric.protocol_logged = True  # the caller has it
        means |= metric.evaluate(len(pairs))
    if output is not None:
        facts = {'restored': str(restored), 'target': str(target), 'protocol': protocol}
        remove_results(output)
        write_results(output, built, means, facts=facts)
    return Measured(means, built, len(pairs), left_out)


def _read(file: Path, color: str, device: str) -> Tensor:
    """Return an image as the metrics take it, (C, H, W) in [0, 1]."""
    if color == 'same':
        color = 'gray' if read_header(file).channels == 1 else 'rgb'
    image = torch.from_numpy(read_image(file, color=color)).permute(2, 0, 1)
    return to_unit_range(image.to(device))


def _build(configs: Sequence[Mapping[str, Any]]) -> list[ImageMetric]:
    """Build metrics that compare images with targets.

    Raises:
        ValueError: a metric is of another kind.
    """
    init_default_scope('mmrestore')
    built: list[ImageMetric] = []
    for config in configs:
        metric = METRICS.build(copy.deepcopy(dict(config)))
        if not isinstance(metric, ImageMetric) or metric.of == 'input' or metric.gain_over_input:
            raise ValueError(
                f'{config.get("type")} needs the degraded images: it is measured in a test only'
            )
        built.append(metric)
    return built
