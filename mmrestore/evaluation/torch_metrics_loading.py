"""Construction of torchmetrics metrics without downloads."""

from __future__ import annotations

import difflib
import importlib
import inspect
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

import torch

from mmrestore.evaluation.torch_metrics_table import TORCH_METRICS, Values, metric_facts


def import_metric(name: str) -> tuple[type, str]:
    """Return the class of a metric and the version of torchmetrics.

    Args:
        name: see :func:`metric_facts`.

    Raises:
        RuntimeError: torchmetrics or another required package is not installed.
        ValueError: the metric is unknown; the message suggests similar names.
    """
    facts = metric_facts(name)
    try:
        import torchmetrics

        module = importlib.import_module(facts.module)
    except (ImportError, RuntimeError) as error:
        # An incompatible torchvision raises a RuntimeError.
        raise RuntimeError(
            f'the metric {name} needs the package torchmetrics: run `pip install torchmetrics`. '
            f'{error}'
        ) from error
    classes = {
        key: value
        for key, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, torchmetrics.Metric)
    }
    if facts.class_name in classes:
        return classes[facts.class_name], torchmetrics.__version__
    if name in TORCH_METRICS:
        raise RuntimeError(
            f'torchmetrics {torchmetrics.__version__} has no {name} here: it needs a newer '
            'version, or the packages of `pip install "torchmetrics[image]"`'
        )
    near = difflib.get_close_matches(name, [*TORCH_METRICS, *classes], n=3, cutoff=0.5)
    hint = f'did you mean {" or ".join(near)}?' if near else f'known are {", ".join(TORCH_METRICS)}'
    raise ValueError(f'torchmetrics has no image metric {name!r}: {hint}')


def build_metric(kind: type, name: str, options: Mapping[str, Any], values: Values) -> Any:
    """Build a metric of torchmetrics without downloads.

    Args:
        kind: class of the metric.
        name: name of the metric for messages.
        options: arguments of the class.
        values: value range of the images; ``data_range`` and ``normalize`` follow from it.

    Raises:
        RuntimeError: a package or weights are missing.
        ValueError: the class does not accept an option.
    """
    taken = inspect.signature(kind).parameters
    implied = {'data_range': 1.0 if values == 'unit' else 255.0, 'normalize': values == 'unit'}
    # MS-SSIM has a `normalize` of another meaning, which is not a bool.
    fitting = {'data_range'} | {k for k, p in taken.items() if isinstance(p.default, bool)}
    arguments = {k: v for k, v in implied.items() if k in taken and k in fitting} | dict(options)
    try:
        # Processes gather the values of images, not the states of metrics.
        with only_local(name), warnings.catch_warnings():
            # Some metrics warn that they keep all images; they are reset after each image.
            warnings.simplefilter('ignore', UserWarning)
            return kind(**arguments, sync_on_compute=False)
    except (TypeError, ValueError) as error:
        known = ', '.join(key for key in taken if key != 'kwargs')
        raise ValueError(
            f'{name} of torchmetrics refuses the options {dict(options)}: {error}; it accepts '
            f'{known}'
        ) from error


@contextmanager
def only_local(name: str) -> Iterator[None]:
    """Refuse downloads through ``torch.hub``, and name missing weights or packages.

    Raises:
        RuntimeError: the code in the block needs missing weights or packages.
    """

    def refuse(url: str, place: str, *args: Any, **options: Any) -> None:
        raise RuntimeError(
            f'{name} needs the weights {url}; nothing is downloaded automatically: save them as '
            f'{place}'
        )

    try:
        with patch.object(torch.hub, 'download_url_to_file', refuse):
            yield
    except ImportError as error:
        raise RuntimeError(
            f'{name} needs more packages: run `pip install "torchmetrics[image]"`. {error}'
        ) from error


class UpdateForm(NamedTuple):
    """Calling convention of a metric's ``update``."""

    needs_target: bool
    one_by_one: bool  # separate calls for target (``real=True``) and prediction (``real=False``)


def update_form(metric: Any, name: str) -> UpdateForm:
    """Return the calling convention of a metric from the signature of its ``update``.

    Raises:
        ValueError: the metric does not take images and targets.
    """
    parameters = inspect.signature(inspect.unwrap(type(metric).update)).parameters
    taken = tuple(key for key in parameters if key != 'self')
    targets = [str(parameters[key].annotation) for key in taken if key == 'target']
    if any('dict' in text.lower() for text in targets) or taken == ('generator',):
        raise ValueError(f'{name} of torchmetrics does not compare images with targets')
    if taken in (('preds', 'target'), ('img1', 'img2')):
        return UpdateForm(needs_target=True, one_by_one=False)
    if len(taken) == 2 and taken[1] == 'real':
        return UpdateForm(needs_target=True, one_by_one=True)
    if len(taken) == 1:
        return UpdateForm(needs_target=False, one_by_one=False)
    raise ValueError(
        f'expected a metric of images and targets, but {name} of torchmetrics takes '
        f'{", ".join(taken)}'
    )
