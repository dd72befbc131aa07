"""Load weights into networks: our checkpoints, released files, files of other programs."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log
from torch import Tensor, nn

from mmrestore.models.backbones.base import facts
from mmrestore.models.key_differences import key_differences
from mmrestore.models.recognition import is_own, likely_weights, recognise, recorded_config
from mmrestore.models.state_dicts import FoundWeights, find_weights, state_dicts

BACKBONE = 'backbone.'
ATTACHMENTS = 'attachments.'
EXTRAS = ('total_ops', 'total_params', 'n_averaged')  # counters of profilers and averages
PROGRAMS = {'.onnx': 'ONNX Runtime', '.pt2': 'torch.export.load'}  # exported, not weights
COUNTER = 'num_batches_tracked'  # which checkpoints of old versions of PyTorch lack


def read_weights(path: str | Path) -> Any:
    """Return what a ``.pth`` or ``.safetensors`` file holds; executes nothing from it.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, holds no weights, or more than tensors and plain data.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'there is no checkpoint file {path}')
    if path.suffix in PROGRAMS:
        raise ValueError(
            f'{path} is a program for {PROGRAMS[path.suffix]}, expected a checkpoint or weights: '
            'run it there, or export the checkpoint to safetensors for use in mmrestore'
        )
    try:
        if path.suffix == '.safetensors':
            from safetensors.torch import load_file

            content: Any = load_file(path)
        else:
            content = torch.load(path, map_location='cpu', weights_only=True)
    except Exception as error:  # both readers raise many types for a damaged file
        raise ValueError(
            f'{path} cannot be read as weights: it is damaged, or no file of weights, or holds '
            'more than tensors and plain data. Give a checkpoint of this package or released '
            'weights; of a program that saves whole objects, save `model.state_dict()` there'
        ) from error
    if next(state_dicts(content), None) is None:
        raise ValueError(f'{path} holds no weights: expected tensors by name')
    return content


def load_weights(restorer: nn.Module, path: str | Path) -> str:
    """Load a checkpoint of this package, or weights of the backbone in any wrapping.

    The state dict may lie under ``params_ema``, ``model``, ``state_dict`` and the like, nested and
    beside other data, and its names may have prefixes such as ``module.``, ``_orig_mod.`` or
    ``netG.``: what matches most of the keys of the network is taken, averaged weights (EMA) before
    others. Names with one of the parts ``ignored_keys`` of the backbone are left out. What
    attachments have learned, such as a mask token, is loaded where the restorer has attachments
    that learn; without any in the file they begin anew.

    Returns:
        Where in the file the weights were, for a message: ``under 'params_ema', without the prefix
        'module.'``; '' where the names are those of the network.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the weights are of another network, or of other attachments that learn; the
            message lists the keys that differ.
    """
    content = read_weights(path)
    # What we have written stands where we write it: a network within another one is another one.
    prefix = BACKBONE if is_own(content) else None
    found = load_into(restorer.get_submodule('backbone'), content, path, prefix=prefix)
    learned = {}
    if found.prefix.endswith(BACKBONE):
        learned = _part(found.beside, found.prefix.removesuffix(BACKBONE) + ATTACHMENTS)
    # Any module with a backbone may be loaded, such as a bare teacher.
    attachments = getattr(restorer, 'attachments', None)
    if learned and attachments is not None and attachments.state_dict():
        differences = key_differences(attachments.state_dict(), learned)
        if differences:
            raise ValueError(
                f'{path} does not fit the attachments as configured. {differences}. Use the config '
                'with which it was trained'
            )
        attachments.load_state_dict(learned)
    written_here = found.place in ((), ('state_dict',))  # exported files, checkpoints
    usual = written_here and found.prefix == BACKBONE and not found.wrappers
    return '' if usual else found.where


def load_into(
    network: nn.Module, content: Any, source: str | Path, *, prefix: str | None = None
) -> FoundWeights:
    """Load the weights of ``network`` that are in ``content``; every key and shape must fit.

    Args:
        network: gets the weights.
        content: tensors by name, in any wrapping; see ``find_weights``.
        source: what messages call them.
        prefix: what stands before the names; anything by default.

    Raises:
        ValueError: they do not fit; the message lists the keys that differ, names ``source`` and,
            where the keys look like those of another network, that one.
    """
    found, weights, differences = _compare(network, content, prefix)
    if found is None or differences:
        name, known = type(network).__name__, recognise(weights)
        guess = (
            f' The keys are those of {" or ".join(known)}.' if known and name not in known else ''
        )
        raise ValueError(
            f'{source} does not fit {name} as configured. {differences}.{guess} Use the config '
            f'with which it was trained{recorded_config(content)}'
        )
    network.load_state_dict(found.weights, strict=False)
    if found.others:
        print_log(
            f'{source} has other weights too that fit {type(network).__name__}: those '
            f'{found.where or "without a prefix"} are used, not those {"; ".join(found.others)}. '
            'Save the others alone to use them',
            logger='current',
            level=logging.WARNING,
        )
    return found


def fits(network: nn.Module, content: Any) -> bool:
    """Whether ``load_into`` would load ``content``.

    Examples:
        >>> fits(nn.Linear(1, 2), {'model': {'weight': torch.ones(2, 1), 'bias': torch.ones(2)}})
        True
    """
    found, _, differences = _compare(network, content, None)
    return found is not None and not differences


def copy_weights(
    restorer: nn.Module, path: str | Path, *, without: Sequence[str] = ()
) -> list[str]:
    """Copy the weights that the backbone of a restorer shares with another network.

    Args:
        restorer: its backbone gets them.
        path: checkpoint of this package, or released weights, of the other network.
        without: beginnings of names of weights that are left as they are.

    Returns:
        The names of the weights that were copied.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a weight that is not left out is missing or has another shape there; the message
            lists the keys.
    """
    content = read_weights(path)
    backbone = restorer.get_submodule('backbone')
    copied = {k: v for k, v in backbone.state_dict().items() if not k.startswith(tuple(without))}
    found = find_weights(content, copied, prefix=BACKBONE if is_own(content) else None)
    weights = next(likely_weights(content), {}) if found is None else found.weights
    differences = key_differences(copied, {k: v for k, v in weights.items() if k in copied})
    if differences or not copied:
        raise ValueError(
            f'{type(backbone).__name__} cannot start from {path}. '
            f'{differences or "No weight is left to be copied"}. Give the checkpoint of a network '
            'with such weights, or name what shall be left as it is'
        )
    backbone.load_state_dict({k: weights[k] for k in copied}, strict=False)
    return list(copied)


def _compare(
    network: nn.Module, content: Any, prefix: str | None
) -> tuple[FoundWeights | None, Mapping[str, Tensor], str]:
    """Return the weights of a network, or the nearest match, and their differences."""
    expected = network.state_dict()
    ignored = (*facts(network).ignored_keys, *EXTRAS)
    found = find_weights(content, expected, ignored=ignored, prefix=prefix)
    differences, names = '', 0
    if found is not None:
        needed = {
            k: v for k, v in expected.items() if not k.endswith(COUNTER) or k in found.weights
        }
        differences = key_differences(needed, found.weights)
        if not differences:
            return found, found.weights, ''
        names = 2 * len(found.weights.keys() & expected.keys())
    if found is None or names < max(len(expected), len(found.beside)):
        # A network of another kind: where a few of its names agree is of no interest.
        others = next(likely_weights(content), {})
        return found, others, key_differences(expected, others)
    return found, found.weights, differences


def _part(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}
