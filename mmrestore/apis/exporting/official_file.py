"""Weights with the names of the released code, readable by spandrel."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import torch
from torch import Tensor

from mmrestore.apis.exporting.check import check_differences, differences
from mmrestore.apis.exporting.job import Job, Written
from mmrestore.models.backbones.base import facts
from mmrestore.models.official_forms import official_form
from mmrestore.models.official_forms.base import ASSUMED_SIDE
from mmrestore.named_parts import read_parts


def write(job: Job) -> Written:
    """Return a ``.safetensors`` or ``.pth`` file of bare weights, after spandrel has read it.

    Raises:
        ImportError: spandrel is not installed.
        ValueError: spandrel knows no such network, or its result differs.
    """
    job.check_not_random()
    form = official_form(job.backbone)
    decorators = read_parts(job.config.model.get('inference'), 'inference')
    notes = [
        *form.notes,
        *(
            f'{name} ({cfg["type"]}) is not part of the file: results are those of the bare network'
            for name, cfg in decorators.items()
            if cfg is not None and cfg['type'] != 'Pad'  # spandrel pads
        ),
    ]
    run = spandrel_network(form.weights, form.package)
    found = []
    if run is None:
        notes.append(
            f'{form.package}, which reads this network, is not installed: the file was not tried. '
            'Its license forbids commercial use'
        )
    else:
        sizes = _sizes(facts(job.backbone).size_multiple)
        found = differences(job.backbone, run, sizes, channels=job.channels)
        check_differences(found, what='what spandrel computes')
    if job.suffix == '.pth':
        file = io.BytesIO()
        torch.save({'params': form.weights}, file)
        return Written(file.getvalue(), found, notes)
    from safetensors.torch import save

    described = job.metadata(held={}, left_out=decorators)
    return Written(save(form.weights, described), found, notes)


def spandrel_network(
    weights: Mapping[str, Tensor], package: str = 'spandrel'
) -> Callable[[Tensor], Tensor] | None:
    """Return the network that spandrel makes of official weights, None if it lacks ``package``.

    Raises:
        ImportError: spandrel is not installed.
        ValueError: spandrel does not recognize the weights.
    """
    try:
        spandrel: Any = import_module('spandrel')
    except ImportError as error:
        raise ImportError(
            "official weights are tried with spandrel: pip install 'mmrestore[export]'"
        ) from error
    try:
        extra: Any = import_module(package)
    except ImportError:
        return None
    if extra is not spandrel:
        extra.install(ignore_duplicates=True)
    try:
        found = spandrel.ModelLoader('cpu').load_from_state_dict(dict(weights))
    except Exception as error:  # it raises types of its own, some without a text
        reason = str(error).strip().split('\n')[0] or 'it recognizes no network'
        raise ValueError(f'spandrel does not read this network: {reason[:300]}') from error
    model = found.model.eval()

    def run(x: Tensor) -> Tensor:
        with warnings.catch_warnings():  # its code is older than some functions of PyTorch
            warnings.simplefilter('ignore')
            return model(x)

    return run


def _sizes(multiple: int) -> list[tuple[int, int, int]]:
    """Return sizes that fit; one is that whose masks official files of SwinIR hold."""
    height, width = (-(-side // multiple) * multiple for side in (24, 40))
    square = max(ASSUMED_SIDE // multiple, 2) * multiple
    return [(2, height, width), (1, square, square)]
