"""ONNX models, made from a traced network and run by ONNX Runtime."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor

from mmrestore.apis.exporting.job import Job, Written
from mmrestore.apis.exporting.traced import write_traced
from mmrestore.models.backbones.base import facts

LARGEST = 2**31 - 1  # bytes of an ONNX file with its weights


def write(job: Job) -> Written:
    """Return an ONNX file; see :func:`to_onnx`."""
    require_onnx()
    make = partial(_make, scale=facts(job.backbone).scale, dynamic=job.static is None)
    return write_traced(job, make, what='the ONNX model')


def _make(
    program: Any, metadata: dict[str, str], *, scale: int, dynamic: bool
) -> tuple[bytes, Callable[[Tensor], Tensor]]:
    content = to_onnx(program, metadata, scale=scale, dynamic=dynamic)
    return content, onnx_runner(content)


def require_onnx() -> tuple[Any, Any]:
    """Return the packages onnx and onnxruntime.

    Raises:
        ImportError: one of them, or onnxscript, is not installed.
    """
    try:
        import onnx
        import onnxruntime
        import onnxscript  # noqa: F401  what PyTorch's exporter is written in
    except ImportError as error:
        raise ImportError(
            f"exporting to ONNX needs the package {error.name}: pip install 'mmrestore[export]'"
        ) from error
    return onnx, onnxruntime


def to_onnx(program: Any, metadata: Mapping[str, str], *, scale: int, dynamic: bool) -> bytes:
    """Return the ONNX file of a program of ``torch.export``.

    Its input is called ``input``, its output ``output``, their axes ``batch``, ``height`` and
    ``width``.

    Args:
        program: the traced network.
        metadata: text by name.
        scale: factor of height and width.
        dynamic: whether it takes any number, height and width.

    Raises:
        ImportError: a package is missing.
        ValueError: PyTorch cannot express the network in ONNX, or the file would be too large.
    """
    onnx, _ = require_onnx()
    try:
        with _quiet():
            exported = torch.onnx.export(
                program, input_names=['input'], output_names=['output'], dynamo=True, verbose=False
            )
            model = exported.model_proto  # type: ignore[union-attr]
    except Exception as error:  # the exporter raises types of its own, with pages of text
        reason = str(error).strip().split('\n')[0]
        raise ValueError(f'PyTorch cannot export this network to ONNX: {reason[:300]}') from error
    if dynamic:
        _name_axes(model, scale)
    onnx.helper.set_model_props(model, dict(metadata))
    if model.ByteSize() > LARGEST:
        raise ValueError(
            f'the ONNX file would have {model.ByteSize() / 2**30:.1f} GiB, more than the 2 that '
            'the format allows: export with --fp16'
        )
    return model.SerializeToString()


def onnx_runner(content: bytes) -> Callable[[Tensor], Tensor]:
    """Return what runs an ONNX file in ONNX Runtime, on the CPU."""
    _, onnxruntime = require_onnx()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors: what it cannot make faster is no news
    session = onnxruntime.InferenceSession(content, options, providers=['CPUExecutionProvider'])
    (name,) = [value.name for value in session.get_inputs()]

    def run(x: Tensor) -> Tensor:
        return torch.from_numpy(session.run(None, {name: x.numpy()})[0])

    return run


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to themselves what the exporter has to say about its own steps."""
    loggers = [logging.getLogger(name) for name in ('onnxscript', 'onnx_ir', 'torch.onnx')]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            for logger in loggers:
                logger.setLevel(logging.ERROR)
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def _name_axes(model: Any, scale: int) -> None:
    """Name the dynamic axes of inputs, outputs and intermediate values.

    PyTorch calls them ``s77`` and the like.
    """
    graph = model.graph
    axes = [dim.dim_param for dim in graph.input[0].type.tensor_type.shape.dim]
    names = {
        old: new for old, new in zip(axes, ('batch', '', 'height', 'width'), strict=True) if old
    }
    pattern = re.compile(rf'\b({"|".join(map(re.escape, names))})\b')
    for value in [*graph.input, *graph.output, *graph.value_info]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_param = pattern.sub(lambda match: names[match[1]], dim.dim_param)
    factor = '' if scale == 1 else f'{scale}*'
    shape = graph.output[0].type.tensor_type.shape.dim
    for axis, name in ((0, 'batch'), (2, f'{factor}height'), (3, f'{factor}width')):
        shape[axis].dim_param = name
