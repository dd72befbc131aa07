"""Export models to other programs, verified against PyTorch before they are written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mmrestore.apis.exporting import official_file, onnx_file, program_file, safetensors_file
from mmrestore.apis.exporting.check import Difference
from mmrestore.apis.exporting.job import Job, Written
from mmrestore.apis.inference import init_restorer
from mmrestore.apis.networks import open_network_config
from mmrestore.apis.recorded import recorded_config
from mmrestore.apis.work_dir import check_folder
from mmrestore.files import write_atomically


class Form(NamedTuple):
    """A kind of file.

    - ``suffixes``: the ends of its name;
    - ``write``: what makes it;
    - ``traced``: whether it holds a traced network, which may be of one fixed size;
    - ``half``: whether it may be in float16.
    """

    suffixes: tuple[str, ...]
    write: Callable[[Job], Written]
    traced: bool
    half: bool


FORMS = {
    'safetensors': Form(('.safetensors',), safetensors_file.write, False, True),
    'onnx': Form(('.onnx',), onnx_file.write, True, True),
    'torch-export': Form(('.pt2',), program_file.write, True, True),
    'official': Form(('.safetensors', '.pth'), official_file.write, False, False),
}


class Exported(NamedTuple):
    """A model file that was written.

    - ``path``: the file;
    - ``differences``: how much it differs from PyTorch; none of weights that were not changed;
    - ``notes``: what its user should know, a sentence each;
    - ``sha256``: of the file.
    """

    path: Path
    differences: list[Difference]
    notes: list[str]
    sha256: str


def export(
    checkpoint: str | Path,
    output: str | Path,
    form: str,
    *,
    config: str | Path | Mapping[str, Any] | None = None,
    overrides: Mapping[str, Any] | Sequence[str] | None = None,
    strategies: Sequence[str | Path] = (),
    half: bool = False,
    static: tuple[int, int] | None = None,
) -> Exported:
    """Write a trained network for other programs; what ``mmrestore export`` does.

    Args:
        checkpoint: checkpoint of this package, a model that was exported to safetensors, or
            released weights.
        output: the file; it is written whole or not at all.
        form: ``safetensors``, our model in one file, with its config; ``onnx``; ``torch-export``,
            a program for ``torch.export.load``; or ``official``, weights that spandrel reads.
        config: the config; by default the one that the checkpoint holds.
        overrides: settings that override the config.
        strategies: training strategies that are merged into the config.
        half: float16 instead of float32, of all forms but ``official``; of ``safetensors`` only
            the weights are rounded, and the network computes in float32.
        static: height and width, for one image of that size only, of ``onnx`` and
            ``torch-export``; by default they take images of any number and size.

    Raises:
        FileNotFoundError: there is no such checkpoint or config.
        ImportError: a package is missing; the message says how to install it.
        OSError: the file cannot be written.
        ValueError: the weights do not fit the config, the network cannot be exported in this form,
            or the exported model differs from PyTorch. Nothing is written then.
    """
    output = Path(output)
    _check_options(output, form, half=half, static=static)
    opened = open_network_config(
        recorded_config(checkpoint) if config is None else config, overrides, strategies
    )
    restorer = init_restorer(opened, checkpoint, device='cpu')
    job = Job(restorer, opened, Path(checkpoint), output.suffix, half, static)
    content, differences, notes = FORMS[form].write(job)
    write_atomically(output, lambda file: file.write(content))
    digest = hashlib.sha256(content).hexdigest()
    return Exported(output, differences, notes, digest)


def _check_options(output: Path, form: str, *, half: bool, static: tuple[int, int] | None) -> None:
    """Refuse what cannot be, before anything is loaded."""
    if form not in FORMS:
        raise ValueError(f'expected a form of {", ".join(FORMS)}, got {form!r}')
    suffixes = FORMS[form].suffixes
    if output.suffix not in suffixes:
        raise ValueError(
            f'expected a file name in {" or ".join(suffixes)} for {form}, got {output}'
        )
    if half and not FORMS[form].half:
        able = ', '.join(name for name, each in FORMS.items() if each.half)
        raise ValueError(f'float16 is of {able}, not of {form}')
    if static is not None and not FORMS[form].traced:
        traced = ' and '.join(name for name, each in FORMS.items() if each.traced)
        raise ValueError(f'a fixed size is of {traced}, not of {form}')
    if static is not None and min(static) < 1:
        raise ValueError(f'expected a height and a width of 1 or more, got {static}')
    if output.is_dir():
        raise ValueError(f'{output} is a folder: give the name of a file')
    check_folder(output.parent)
