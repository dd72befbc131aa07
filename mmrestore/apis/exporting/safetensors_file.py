"""Our model in one file: the weights of a checkpoint, and in the metadata all else."""

from __future__ import annotations

from typing import Any

from mmrestore.apis.exporting.job import Job, Written
from mmrestore.models.weights import ATTACHMENTS, BACKBONE
from mmrestore.named_parts import read_parts


def write(job: Job) -> Written:
    """Return a safetensors file that is loaded wherever a checkpoint is, without a config.

    Weights have the names of our checkpoints: ``backbone.`` and those of the network, and
    ``attachments.`` and what they have learned.
    """
    from safetensors.torch import save

    weights: dict[str, Any] = {}
    for prefix in (BACKBONE, ATTACHMENTS):
        part = job.restorer.get_submodule(prefix.removesuffix('.')).state_dict()
        # Copies, because tensors that share memory, or are no plain block of it, are refused.
        weights.update((prefix + k, v.contiguous().clone()) for k, v in part.items())
    decorators = read_parts(job.config.model.get('inference'), 'inference')
    described = job.metadata(held={}, left_out=decorators, whole_config=True)
    return Written(save(weights, described), [], [])
