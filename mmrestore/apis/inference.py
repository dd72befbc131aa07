"""Restoring images with a trained network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.registry import init_default_scope
from mmengine.utils import track_iter_progress
from torch import nn

from mmrestore.apis.networks import choose_device, open_network_config
from mmrestore.datasets.image_file import inspect_image, read_image
from mmrestore.datasets.listing import find_images, problem_list
from mmrestore.files import write_atomically
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.models.backbones.base import facts
from mmrestore.models.inference.base import with_tiles
from mmrestore.models.weights import load_weights
from mmrestore.named_parts import read_parts
from mmrestore.registry import MODELS


def init_restorer(
    config: str | Path | Config,
    checkpoint: str | Path | None = None,
    *,
    device: str | None = None,
    overrides: Mapping[str, Any] | Sequence[str] | None = None,
    strategies: Sequence[str | Path] = (),
    inference: Mapping[str, dict | None] | None = None,
    tile: dict | None = None,
) -> nn.Module:
    """Build the restorer of a config and load its weights.

    Args:
        config: a config as for ``mmrestore.config.open_config``.
        checkpoint: checkpoint of this package or released weights; None leaves random weights.
        device: where it runs; a GPU if there is one by default.
        overrides: settings that override those of the config, see ``open_config``.
        strategies: training strategies that are merged into the config.
        inference: configs of further inference decorators by name, around those of the config; one
            of a name that the config has replaces that of the config, None takes it away.
        tile: config of ``Tile``, which stands where large images want it: around all of the config,
            but inside of masks that are drawn for whole images.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        ValueError: the weights are of another network, the config lists several trainings, or
            there is no such device.
    """
    device = choose_device(device)
    config = open_network_config(config, overrides, strategies)
    init_default_scope('mmrestore')
    model = config.model
    parts = read_parts(model.get('inference'), 'model.inference')
    if tile is not None:
        parts = with_tiles(parts, tile)
    model.inference = {**parts, **read_parts(inference, 'inference', taken=parts)}
    restorer = MODELS.build(model)
    if checkpoint is not None and (where := load_weights(restorer, checkpoint)):
        print_log(f'loaded the weights of {checkpoint}, {where}', logger='current')
    return restorer.to(device).eval()


@torch.inference_mode()
def restore(restorer: nn.Module, image: np.ndarray) -> np.ndarray:
    """Restore one image.

    Args:
        restorer: made by :func:`init_restorer`.
        image: H x W x C, RGB or gray (C = 1), uint8, uint16 or floating point in [0, 1].

    Returns:
        The restored image, sH x sW x C, in the type of ``image``.
    """
    tensor = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None]
    weight = next(restorer.parameters(), tensor)  # a network without weights runs on the CPU
    (sample,) = restorer(to_unit_range(tensor.to(weight.device)), mode='predict')
    restored = sample.pred_img.permute(1, 2, 0).cpu().numpy()
    if image.dtype.kind == 'f':
        return restored.astype(image.dtype)
    full_scale = np.iinfo(image.dtype).max
    return (restored * full_scale).round().astype(image.dtype)


def restore_files(
    restorer: nn.Module, inputs: Iterable[str | Path], output: str | Path
) -> list[Path]:
    """Restore image files, and all images in folders, into PNG files of the same names.

    The images below a folder keep their place below ``output``; files that are there are replaced.
    A network of three channels gives RGB for gray images too.

    Raises:
        ValueError: an input cannot be read, a folder holds no image, or two inputs would be written
            to one file. All names are checked before the first image is restored.
    """
    jobs: dict[Path, Path] = {}
    for given in map(Path, inputs):
        names = find_images(given) if given.is_dir() else [given.name]
        folder = given if given.is_dir() else given.parent
        for name in names:
            target = (Path(output) / name).with_suffix('.png')
            if target in jobs:
                raise ValueError(
                    f'{folder / name} and {jobs[target]} would both be written to {target}: '
                    'restore them into different folders'
                )
            jobs[target] = folder / name
    own = {file.resolve() for file in jobs.values()} & {target.resolve() for target in jobs}
    if own:
        raise ValueError(f'{min(own)} would be overwritten: choose another folder for the output')
    problems = []
    for file in jobs.values():
        try:
            inspect_image(file)
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ValueError(problem_list('the input', problems))
    channels = facts(restorer.backbone).in_channels
    for target, file in track_iter_progress(list(jobs.items())):
        image = read_image(file, color='gray' if channels == 1 else 'rgb')
        write_image(target, restore(restorer, image))
    return list(jobs)


def write_image(path: str | Path, image: np.ndarray) -> None:
    """Write an image atomically as PNG.

    Args:
        path: the file, ending in ``.png``; folders are made.
        image: H x W x 1 or 3, RGB, uint8 or uint16.

    Raises:
        OSError: the file cannot be written.
    """
    bgr = image[..., ::-1] if image.shape[-1] == 3 else image
    _, encoded = cv2.imencode('.png', bgr)
    write_atomically(Path(path), lambda file: file.write(encoded.tobytes()))
