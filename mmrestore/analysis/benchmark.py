"""Benchmark of training steps: time, memory and the share of each part."""

from __future__ import annotations

import copy
import importlib
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope

import mmrestore
from mmrestore.analysis.candidates import PARTS, Candidate, compare
from mmrestore.apis.networks import open_network_config
from mmrestore.config import config_folder, open_config
from mmrestore.models.multiply_adds import COUNTED_SIZE, multiply_adds
from mmrestore.registry import MODELS

REFERENCE = Path(mmrestore.__file__).parents[1] / 'tests' / 'reference'
SHARE_OF_MEMORY = 0.8  # of the machine's; beyond it a network is refused, not the process killed
BACKBONE_HEAD = [
    *('network', 'parameters, M', f'multiply-adds of {COUNTED_SIZE} x {COUNTED_SIZE}, G'),
    *('inference, ms', 'step, ms', 'peak memory, MiB'),
    *('inference, theirs / ours', 'step, theirs / ours'),
]


def register_plain_networks() -> None:
    """Register the plain forms of the networks, ``PlainSwinIR`` for ``SwinIR``.

    They compute as the released code does, with its steps, copies and constants.

    Raises:
        FileNotFoundError: they are not there.
    """
    if not (REFERENCE / 'plain_networks').is_dir():
        raise FileNotFoundError(
            'the plain forms of the networks are only in a checkout of the repository: there is no '
            f'folder {REFERENCE / "plain_networks"}'
        )
    if str(REFERENCE) not in sys.path:
        sys.path.append(str(REFERENCE))
    importlib.import_module('plain_networks')


def measure_variants(
    config: str | Path | Config,
    variants: Mapping[str, Sequence[str]],
    *,
    overrides: Sequence[str] = (),
    strategies: Sequence[str] = (),
    device: str,
    synthetic: int | None = None,
    steps: int = 10,
    warm_up: int = 2,
) -> list[Candidate]:
    """Time the steps of a config and of variants of it, in turn.

    Args:
        config: file, name or settings of one network.
        variants: further overrides by the name of the variant; the first is what ratios are to.
        overrides: settings that override the config in all of them.
        strategies: training strategies that are merged into the config.
        device: where they run.
        synthetic: side of random patches instead of data, or the next size the network takes.
        steps: steps that are timed.
        warm_up: steps before them.
    """
    init_default_scope('mmrestore')
    candidates = [
        Candidate(
            name,
            open_network_config(config, [*overrides, *settings], strategies),
            device=device,
            synthetic=synthetic,
        )
        for name, settings in variants.items()
    ]
    compare(candidates, steps=steps, warm_up=warm_up)
    return candidates


def report(candidates: list[Candidate]) -> str:
    """Return the measurements as a Markdown table; ratios are to the first candidate."""
    first = candidates[0]
    head = ['', *(c.name for c in candidates)]
    rows = [['step, ms', *(f'{1e3 * c.median("step"):.1f}' for c in candidates)]]
    rows.append(['images / s', *(f'{c.images / c.median("step"):.2f}' for c in candidates)])
    rows.extend(
        [part, *(f'{100 * c.median(part) / c.median("step"):.2f} %' for c in candidates)]
        for part in PARTS
    )
    rows.append(['inference, ms', *(f'{1e3 * c.median("inference"):.1f}' for c in candidates)])
    counts = [sum(p.numel() for p in c.model.parameters()) for c in candidates]
    rows.append(['parameters, M', *(f'{count / 1e6:.3f}' for count in counts)])
    if all(c.backbone for c in candidates):
        operations = [f'{multiply_adds(c.backbone) / 1e9:.1f}' for c in candidates]
        rows.append([f'multiply-adds of {COUNTED_SIZE} x {COUNTED_SIZE}, G', *operations])
    if first.device.type == 'cuda' or len(candidates) == 1:
        rows.append(['peak memory, MiB', *(f'{c.memory:.0f}' for c in candidates)])
    for part in ('step', 'inference'):
        ratios = [f'{c.median(part) / first.median(part):.3f}' for c in candidates]
        rows.append([f'{part}, ratio', *ratios])
    return table([head, *rows])


def measure_backbones(
    names: Sequence[str],
    *,
    overrides: Sequence[str] = (),
    device: str,
    synthetic: int = 64,
    steps: int = 10,
    warm_up: int = 2,
    plain: bool = False,
) -> str:
    """Return the table of the networks of base configs, each measured in a process of its own.

    Args:
        names: of files in ``configs/_base_/models``; all that are trained if there is none.
        overrides: settings that override the config.
        device: where they run.
        synthetic: side of the random patches.
        steps: steps that are timed.
        warm_up: steps before them.
        plain: measure their plain forms too, see :func:`register_plain_networks`. Theirs take
            their steps with Adam by default, ours with the fused one of the schedules.

    Raises:
        ValueError: there is no such base config.

    Times are CPU time where the device is a CPU: other work of the machine does not count.
    """
    paths = sorted((config_folder() / '_base_' / 'models').glob('*.py'))
    known = {path.stem: path for path in paths if open_config(path).model.losses}  # trained
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f'there are no base configs {unknown}; known are {", ".join(known)}')
    rows = [BACKBONE_HEAD]
    given = {'overrides': list(overrides), 'device': device, 'synthetic': synthetic}
    given.update(steps=steps, warm_up=warm_up, plain=plain)
    for name in names or known:
        # Peak memory can only be told in a process that did nothing else.
        with multiprocessing.get_context('spawn').Pool(1) as pool:
            rows.append(pool.apply(backbone_row, (name, open_config(known[name])), given))
        print(' | '.join(rows[-1]), file=sys.stderr)
    return table(rows)


def backbone_row(
    name: str,
    network: Config,
    *,
    overrides: Sequence[str],
    device: str,
    synthetic: int,
    steps: int,
    warm_up: int,
    plain: bool,
) -> list[str]:
    """Measure the network of one config; return its row of the table."""
    init_default_scope('mmrestore')
    if plain:  # this process knows only what it registers itself
        register_plain_networks()
    limit_memory()
    config = trained(network, overrides)
    clock = time.process_time if device == 'cpu' else time.perf_counter
    measured: dict[str, Any] = {'device': device, 'synthetic': synthetic, 'clock': clock}
    candidates = [Candidate(name, config, **measured)]
    backbone = candidates[0].model.backbone
    row = [name, f'{sum(p.numel() for p in backbone.parameters()) / 1e6:.3f}']
    row.append(f'{multiply_adds(config.model.backbone) / 1e9:.1f}')
    if not fit_into_memory(candidates, steps=1, warm_up=0):
        return [*row, '', '', 'out of memory', '', '']
    memory = candidates[0].memory
    candidates[0].drop_first(1)
    reference = f'Plain{config.model.backbone.type}'
    if plain and reference in MODELS.module_dict:
        config.model.backbone.type = reference
        config.optim_wrapper.optimizer.fused = None  # PyTorch's default
        candidates.append(Candidate('plain', config, **measured))
    if not fit_into_memory(candidates, steps=steps, warm_up=warm_up):
        del candidates[1:]
        candidates[0].drop_first(steps + warm_up)
        compare(candidates, steps=steps, warm_up=warm_up)
    times = [{part: c.median(part) for part in ('inference', 'step')} for c in candidates]
    row += [f'{1e3 * times[0][part]:.1f}' for part in ('inference', 'step')]
    row.append(f'{memory:.0f}')
    return row + [
        f'{times[1][part] / times[0][part]:.2f}' if len(times) > 1 else ''
        for part in ('inference', 'step')
    ]


def network_of_type(backbone: str) -> Config:
    """Return the config of a registered network with its default arguments."""
    model: dict[str, Any] = {
        'type': 'Restorer',
        'backbone': {'type': backbone},
        'inference': None,
    }
    model['losses'] = {'pixel': {'type': 'L1Loss'}}
    model['data_preprocessor'] = {'type': 'DataPreprocessor'}
    return Config({'model': model})


def trained(network: Config, overrides: Sequence[str]) -> Config:
    """Return the config of a network with what a step needs: single patches, fused Adam."""
    config = copy.deepcopy(network)
    config.train_dataloader = {'total_batch_size': 1}
    config.optim_wrapper = {
        'type': 'OptimWrapper',
        'optimizer': {'type': 'Adam', 'lr': 1e-4, 'fused': True},
    }
    config.model.inference = None  # the patch fits, and nothing but the network is measured
    return open_config(config, overrides)


def limit_memory() -> None:
    """Let this process have a share of the machine's memory."""
    physical = os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE')
    most = resource.getrlimit(resource.RLIMIT_DATA)[1]  # it cannot be raised again
    share = int(SHARE_OF_MEMORY * physical)
    limit = share if most == resource.RLIM_INFINITY else min(share, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def fit_into_memory(candidates: list[Candidate], *, steps: int, warm_up: int) -> bool:
    """Compare candidates; return whether there was memory for them."""
    try:
        compare(candidates, steps=steps, warm_up=warm_up)
    except RuntimeError as error:
        if 'memory' not in str(error):
            raise
        return False
    return True


def table(rows: list[list[str]]) -> str:
    """Return rows, the first of which is the head, in Markdown."""
    lines = [rows[0], ['---'] * len(rows[0]), *rows[1:]]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)
