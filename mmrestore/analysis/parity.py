"""Compare our networks with reference vectors of the official ones.

Our network is built from the official arguments and weights and maps ``input`` to ``output``, by
its method ``multi_scale`` to ``output.0``, ``output.1`` ... or by ``multi_shift`` to ``output_s0``,
``output_s1`` ..., where the number is the shift and the JSON may ask for a ``padding`` by mirror
images; where it has a gradient check, the loss and sums of absolute gradients are compared too. A
JSON may also give the rule by which weights are made instead of stored; its network then maps ``x``
to ``y``.

- outputs: the greatest absolute difference is at most 1e-4 of the standard deviation of the output;
- loss: relative difference of at most 1e-5, it is a mean of squares of those outputs;
- sums of absolute gradients: relative difference of at most 1e-4; float32 leaves about 1e-6, a
  wrong formula 1e-2 or more.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from mmrestore.analysis.given_masks import attach_given_masks
from mmrestore.analysis.official_weights import official_weights
from mmrestore.apis.official import convert_official, known_architectures, load_official
from mmrestore.models.inference import Pad

OUTPUTS = r'output(\.\d|_s\d)?'
OUTPUT_TOLERANCE = 1e-4
LOSS_TOLERANCE = 1e-5
GRADIENT_TOLERANCE = 1e-4
DESCRIPTION = r'official (\w+) with (\{.*\}) ?(.*)'  # name, arguments, what was changed
NAMES = {  # of networks by rule that readers know by others
    'DBSNI': 'DBSNl',
    'DBSNI (dilations set to 1)': 'DBSNl (not dilated)',
    'Deam': 'DeamNet',
    'NAFNetBase': 'Baseline (NAFNet)',
    'Unet': 'UNet (AMSNet)',
}
HEAD = ('network', 'result', 'output', 'loss', 'gradients')
# What is raised for a damaged file, an option that is not known, weights of other shapes ...
REFUSALS = (
    *(KeyError, OSError, RuntimeError, SafetensorError, SyntaxError, TypeError, ValueError),
)
PASSED, FAILED = 'passed', 'failed'
UNKNOWN, REFUSED, NO_IMAGES = 'not yet known', 'refused', 'not input -> output'


@dataclass
class Row:
    """The result of one pair of files.

    - ``result``: ``passed``, ``failed`` or why it was not compared;
    - ``output``, ``loss``, ``gradients``: the greatest differences;
    - ``reason``: which architecture is not known or what was refused.
    """

    name: str
    result: str
    output: float | None = None
    loss: float | None = None
    gradients: float | None = None
    reason: str = ''

    def __str__(self) -> str:
        numbers = [
            '' if x is None else f'{x:.1e}' for x in (self.output, self.loss, self.gradients)
        ]
        cells = [f'{self.name:40}', f'{self.result:25}', *(f'{x:8}' for x in numbers)]
        return ' | '.join([*cells, self.reason] if self.reason else cells)


def compare_folder(folder: str | Path) -> Iterator[Row]:
    """Compare our networks with all pairs of NAME.json and NAME.safetensors of a folder.

    Raises:
        ValueError: there are none.
    """
    folder = Path(folder)
    paths = sorted(p for p in folder.glob('*.json') if p.with_suffix('.safetensors').is_file())
    if not paths:
        raise ValueError(f'no pairs of NAME.json and NAME.safetensors in {folder}')
    for path in paths:
        yield compare(path)


def head() -> str:
    """Return the line above the rows."""
    return ' | '.join([f'{HEAD[0]:40}', f'{HEAD[1]:25}', *(f'{x:8}' for x in HEAD[2:])])


def summary(rows: Sequence[Row]) -> str:
    """Return how many comparisons passed and failed, and what was not compared.

    Examples:
        >>> summary([Row('a', 'passed'), Row('b', 'refused', reason='no option')])
        '1 passed, 0 failed, 1 not compared: b'
    """
    passed, failed = (sum(r.result == result for r in rows) for result in (PASSED, FAILED))
    rest = [row.name for row in rows if row.result not in (PASSED, FAILED)]
    text = f'{passed} passed, {failed} failed, {len(rest)} not compared'
    return f'{text}: {", ".join(rest)}' if rest else text


def compare(path: Path) -> Row:
    """Compare our network with the reference vectors beside a JSON file.

    An architecture that is not known, an option or weights that our network refuses, and files that
    are damaged or lack something, make a row that says so.
    """
    try:
        return _compare(path)
    except REFUSALS as error:
        return Row(path.stem, REFUSED, reason=_reason(error))


def _compare(path: Path) -> Row:
    name = path.stem
    given = json.loads(path.read_text(encoding='utf-8'))
    if not isinstance(given, dict):
        raise ValueError(f'expected a JSON of facts by name, got a {type(given).__name__}')
    facts = described(given)
    if facts.get('architecture') not in known_architectures():
        return Row(name, UNKNOWN, reason=str(facts.get('architecture')))
    tensors = load_file(path.with_suffix('.safetensors'))
    if 'rule' in facts:
        tensors = {'input': tensors['x'], 'output': tensors['y']}
        tensors |= {f'weight.{k}': v for k, v in official_weights(facts).items()}
    weights = {k.removeprefix('weight.'): v for k, v in tensors.items() if k.startswith('weight.')}
    expected = {k: v for k, v in sorted(tensors.items()) if re.fullmatch(OUTPUTS, k)}
    if not weights or not expected:
        return Row(name, NO_IMAGES)
    net = load_official(facts['architecture'], facts['arguments'], weights)
    net.train(facts.get('module_mode') == 'train')
    run = runner(net, expected, facts.get('padding', 0))
    attach_given_masks(net, tensors)
    with torch.set_grad_enabled(facts.get('module_mode') == 'train'):
        found = run(tensors['input'])
    differences = [
        float((a.detach() - b).abs().max() / b.std())
        for a, b in zip(found, expected.values(), strict=True)
    ]
    row = Row(name, '', output=max(differences))
    check = facts.get('gradient_check')
    if check:
        names = our_names(facts, weights)
        row.loss, row.gradients = compare_gradients(net, run, tensors['input'], check, names)
    limits = (OUTPUT_TOLERANCE, LOSS_TOLERANCE, GRADIENT_TOLERANCE)
    numbers = (row.output, row.loss, row.gradients)
    good = all(x is None or x <= limit for x, limit in zip(numbers, limits, strict=True))
    row.result = PASSED if good else FAILED
    return row


def _reason(error: BaseException) -> str:
    text = str(error.args[0]) if isinstance(error, KeyError) else str(error)
    is_name = isinstance(error, KeyError) and ' ' not in text
    return f'there is no {text!r}' if is_name else text.split('\n')[0]


def described(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts with the architecture and its arguments where they are only described.

    Examples:
        >>> described({'architecture': "official Deam with {'Isreal': True} "})
        {'architecture': 'DeamNet', 'arguments': {'Isreal': True}}
    """
    match = re.fullmatch(DESCRIPTION, str(facts.get('architecture')))
    if not match:
        return facts
    name = f'{match[1]} {match[3]}'.strip()
    arguments = ast.literal_eval(match[2])
    return {**facts, 'architecture': NAMES.get(name, name), 'arguments': arguments}


def runner(
    net: Any, expected: Mapping[str, Tensor], padding: int
) -> Callable[[Tensor], list[Tensor]]:
    """Return the network as a function from images to outputs of the sizes of those expected."""
    shifts = [int(name.removeprefix('output_s')) for name in expected if '_s' in name]
    if shifts:

        def run_shifts(x: Tensor) -> list[Tensor]:
            x = F.pad(x, [padding] * 4, mode='reflect')
            return list(net.multi_shift(x, shifts, border=padding).unbind(1))

        return run_shifts
    if len(expected) == 1:
        run = Pad(net) if hasattr(net, 'size_multiple') else net  # discriminators have no such
        return lambda x: [run(x)]

    def run_scales(x: Tensor) -> list[Tensor]:
        outputs = net.multi_scale(Pad(net).pad(x))
        sizes = [y.shape[2:] for y in expected.values()]
        return [y[..., :h, :w] for y, (h, w) in zip(outputs, sizes, strict=True)]

    return run_scales


def our_names(facts: Mapping[str, Any], weights: Mapping[str, Tensor]) -> dict[str, str]:
    """Return our names of the official parameters, found by the place of their values in memory."""
    _, converted = convert_official(facts['architecture'], facts['arguments'], weights)
    places = {value.data_ptr(): name for name, value in converted.items()}
    return {k: places[v.data_ptr()] for k, v in weights.items() if v.data_ptr() in places}


def compare_gradients(
    net: nn.Module,
    run: Callable[[Tensor], list[Tensor]],
    x: Tensor,
    check: Mapping[str, Any],
    names: Mapping[str, str],
) -> tuple[float, float]:
    """Return the relative differences of the loss and, at worst, of the sums of gradients."""
    net.train(check.get('mode', 'eval').startswith('train'))
    loss: Any = sum(y.pow(2).mean() for y in run(x))
    loss.backward()
    ours: dict[str, Any] = {name: p.grad for name, p in net.named_parameters()}
    sums = check['sum_abs_grad']
    unknown = [k for k in sums if k not in names]
    if unknown:
        raise KeyError(f'the gradient check names {unknown}, which are no parameters of ours')
    differences = [abs(float(ours[names[k]].abs().sum()) / v - 1) for k, v in sums.items()]
    return abs(loss.item() / check['loss_value'] - 1), max(differences)
