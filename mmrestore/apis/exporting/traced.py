"""Tracing shared by ONNX and ``torch.export``: the traced network is verified first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from mmrestore.apis.exporting.check import check_differences, differences
from mmrestore.apis.exporting.job import Job, Written
from mmrestore.apis.exporting.network import ExportedNetwork, chosen_sizes, trace
from mmrestore.models.backbones.base import facts
from mmrestore.models.inference.exported_parts import split_for_export

Make = Callable[[Any, dict[str, str]], tuple[bytes, Callable[[Tensor], Tensor]]]


def write_traced(job: Job, make: Make, *, what: str) -> Written:
    """Return the file of a traced network, after its results were compared with PyTorch.

    Args:
        job: what to export.
        make: returns the file of a program and its metadata, and what runs that file.
        what: the form, for messages.

    Raises:
        ValueError: the network draws random numbers, cannot be traced, or the file differs.
    """
    job.check_not_random()
    held, left_out = split_for_export(job.config.model.get('inference'))
    described = job.metadata(held=held, left_out=left_out)
    net = ExportedNetwork(job.backbone, held).eval()
    sizes = chosen_sizes(facts(job.backbone).size_multiple, job.static)
    program = trace(net, sizes, half=job.half, dynamic=job.static is None)
    content, run = make(program, described)
    found = differences(net, run, sizes.tried, channels=job.channels, half=job.half)
    check_differences(found, what=what, half=job.half)
    return Written(content, found, _notes(left_out))


def _notes(left_out: dict[str, Any]) -> list[str]:
    return [
        f'{name} ({cfg["type"]}) is not part of the exported model: the program that runs it has '
        'to do that, or results are others than those of `mmrestore restore`'
        for name, cfg in left_out.items()
    ]
