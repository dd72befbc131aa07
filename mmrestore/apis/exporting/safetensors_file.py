"""One-file model: checkpoint weights in safetensors with everything else in the metadata."""

from __future__ import annotations

import copy
from typing import Any

import torch

from mmrestore.apis.exporting.check import Difference, check_differences, differences
from mmrestore.apis.exporting.job import Job, Written
from mmrestore.models.backbones.base import facts
from mmrestore.models.weights import ATTACHMENTS, BACKBONE
from mmrestore.named_parts import read_parts


def write(job: Job) -> Written:
    """Return a safetensors file that is loaded wherever a checkpoint is, without a config.

    Weights have the names of our checkpoints: ``backbone.`` and those of the network, and
    ``attachments.`` and what they have learned. In half precision only the weights are float16;
    they become float32 again when they are loaded.
    """
    from safetensors.torch import save

    found = round_to_half(job) if job.half else []
    weights: dict[str, Any] = {}
    for prefix in (BACKBONE, ATTACHMENTS):
        part = job.restorer.get_submodule(prefix.removesuffix('.')).state_dict()
        # Copies, because tensors that share memory, or are no plain block of it, are refused.
        weights.update((prefix + k, v.contiguous().clone()) for k, v in part.items())
    if job.half:
        weights = {k: v.half() if v.is_floating_point() else v for k, v in weights.items()}
    decorators = read_parts(job.config.model.get('inference'), 'inference')
    described = job.metadata(held={}, left_out=decorators, whole_config=True)
    return Written(save(weights, described), found, [])


def round_to_half(job: Job) -> list[Difference]:
    """Round the weights of the restorer to float16, in place, and return what that changes.

    Raises:
        ValueError: the network then restores differently, or its weights are too large for float16.
    """
    exact = copy.deepcopy(job.backbone)
    with torch.no_grad():
        for value in job.restorer.state_dict().values():
            if value.is_floating_point():
                value.copy_(value.half())
    side = facts(exact).size_multiple * -(-64 // facts(exact).size_multiple)
    sizes = [(1, side, side)]
    found = differences(exact, job.backbone, sizes, channels=job.channels)
    check_differences(found, what='the model in float16', half=True)
    return found
