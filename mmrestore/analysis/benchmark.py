r"""Measure what a training step costs and where the time goes.

    python tools/analysis/benchmark.py CONFIG [--variant NAME KEY=VALUE ...] ...
    python tools/analysis/benchmark.py --backbones [NAME ...]

Every variant is the config with some settings changed. All run in turn, step by step, in one
process, so that their ratios hold on this machine whatever else it does. Examples:

    python tools/analysis/benchmark.py configs/traps/swinir_s.py --synthetic 64 \
        --variant without model.data_preprocessor.batch_transforms.shuffle=None
    python tools/analysis/benchmark.py configs/supervised/swinir_s.py --synthetic 64 \
        --variant plain model.backbone.type=PlainSwinIR

With ``--backbones`` the networks of ``configs/_base_/models`` are measured instead, each in a
process of its own, on single patches; peak memory on a CPU is that of the whole process, with
PyTorch. Where there is a plain form of a network the last columns are its times relative to ours;
they are empty too where the plain form does not fit into the machine's memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
from pathlib import Path

os.environ.setdefault('GOMP_SPINCOUNT', '1000')  # as mmrestore does, but before PyTorch is imported

import torch
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope
from torch.utils.flop_counter import FlopCounterMode

from mmrestore.registry import MODELS

sys.path.insert(0, str(Path(__file__).parent))
import plain_networks  # noqa: F401  registers the plain forms
from candidates import PARTS, Candidate, compare

MODEL_CONFIGS = Path(__file__).parents[2] / 'configs' / '_base_' / 'models'
SHARE_OF_MEMORY = 0.8  # of the machine's; beyond it a network is refused, not the process killed
COUNTED_SIZE = 256  # side of the image whose multiply-adds are counted
BACKBONE_HEAD = [
    *('network', 'parameters, M', f'multiply-adds of {COUNTED_SIZE} x {COUNTED_SIZE}, G'),
    *('inference, ms', 'step, ms', 'peak memory, MiB', 'plain inference', 'plain step'),
]


def report(candidates: list[Candidate]) -> str:
    """Return the measurements as a Markdown table; ratios are to the first candidate."""
    first = candidates[0]
    head = ['', *(c.name for c in candidates)]
    rows = [['step, ms', *(f'{1e3 * c.median("step"):.1f}' for c in candidates)]]
    rows.append(['images / s', *(f'{c.images / c.median("step"):.2f}' for c in candidates)])
    for part in PARTS:
        rows.append(
            [part, *(f'{100 * c.median(part) / c.median("step"):.2f} %' for c in candidates)]
        )
    rows.append(['inference, ms', *(f'{1e3 * c.median("inference"):.1f}' for c in candidates)])
    if first.device.type == 'cuda' or len(candidates) == 1:
        rows.append(['peak memory, MiB', *(f'{c.memory:.0f}' for c in candidates)])
    for part in ('step', 'inference'):
        ratios = [f'{c.median(part) / first.median(part):.3f}' for c in candidates]
        rows.append([f'{part}, ratio', *ratios])
    return table([head, *rows])


def backbone_row(path: Path, settings: dict, options: argparse.Namespace) -> list[str]:
    """Measure the network of one base config; return its row of the table."""
    init_default_scope('mmrestore')
    physical = os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE')
    most = resource.getrlimit(resource.RLIMIT_DATA)[1]  # it cannot be raised again
    share = int(SHARE_OF_MEMORY * physical)
    limit = share if most == resource.RLIM_INFINITY else min(share, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
    config = Config(
        {
            'train_dataloader': {'total_batch_size': 1},
            'optim_wrapper': {'type': 'OptimWrapper', 'optimizer': {'type': 'Adam', 'lr': 1e-4}},
        }
    )
    config.merge_from_dict(Config.fromfile(path).to_dict())
    config.model.inference = []  # the patch fits, and nothing but the network is measured
    config.merge_from_dict(settings)
    measured = {'device': options.device, 'synthetic': options.synthetic or 64}
    candidates = [Candidate(path.stem, config, **measured)]
    backbone = candidates[0].model.backbone
    row = [path.stem, f'{sum(p.numel() for p in backbone.parameters()) / 1e6:.3f}']
    row.append(f'{multiply_adds(config.model.backbone) / 1e9:.1f}')
    if not fit_into_memory(candidates, steps=1, warm_up=0):
        return [*row, '', '', 'out of memory', '', '']
    memory = candidates[0].memory
    candidates[0].drop_first(1)
    plain = f'Plain{config.model.backbone.type}'
    if plain in MODELS.module_dict:
        config.model.backbone.type = plain
        candidates.append(Candidate('plain', config, **measured))
    turns = {'steps': options.steps, 'warm_up': options.warm_up}
    if not fit_into_memory(candidates, **turns):
        del candidates[1:]
        candidates[0].drop_first(options.steps + options.warm_up)
        compare(candidates, **turns)
    times = [{part: c.median(part) for part in ('inference', 'step')} for c in candidates]
    row += [f'{1e3 * times[0][part]:.1f}' for part in ('inference', 'step')]
    row.append(f'{memory:.0f}')
    return row + [
        f'{times[1][part] / times[0][part]:.2f}' if len(times) > 1 else ''
        for part in ('inference', 'step')
    ]


def fit_into_memory(candidates: list[Candidate], *, steps: int, warm_up: int) -> bool:
    """Compare candidates; return whether there was memory for them."""
    try:
        compare(candidates, steps=steps, warm_up=warm_up)
    except RuntimeError as error:
        if 'memory' not in str(error):
            raise
        return False
    return True


def multiply_adds(backbone: dict) -> int:
    """Count the multiply-adds of convolutions and matrix products for one image, on no data."""
    with torch.device('meta'):
        net = MODELS.build(backbone).eval()
        side = -(-COUNTED_SIZE // net.size_multiple) * net.size_multiple
        x = torch.empty(1, getattr(net, 'in_channels', 3), side, side)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(x)
    return counter.get_total_flops() // 2


def measure_backbones(names: list[str], settings: dict, options: argparse.Namespace) -> str:
    """Return the table of the networks called ``names``, or of all."""
    paths = sorted(MODEL_CONFIGS.glob('*.py'))
    known = {path.stem: path for path in paths if Config.fromfile(path).model.losses}  # trained
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f'there are no base configs {unknown}; known are {", ".join(known)}')
    rows = [BACKBONE_HEAD]
    for name in names or known:
        # Peak memory can only be told in a process that did nothing else.
        with multiprocessing.get_context('spawn').Pool(1) as pool:
            rows.append(pool.apply(backbone_row, (known[name], settings, options)))
        print(' | '.join(rows[-1]), file=sys.stderr)
    return table(rows)


def table(rows: list[list[str]]) -> str:
    """Return rows, the first of which is the head, in Markdown."""
    lines = [rows[0], ['---'] * len(rows[0]), *rows[1:]]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', nargs='?')
    parser.add_argument('--backbones', nargs='*', metavar='NAME')
    parser.add_argument('--variant', nargs='+', action='append', default=[], metavar='WORD')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    parser.add_argument(
        '--synthetic',
        type=int,
        metavar='SIZE',
        help='random patches of SIZE, or the next size that the network takes',
    )
    parser.add_argument('--steps', type=int, default=10)
    parser.add_argument('--warm-up', type=int, default=2)
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    options = parser.parse_args()
    if (options.config is None) == (options.backbones is None):
        parser.error('give a CONFIG or --backbones')

    where = torch.cuda.get_device_name() if options.device.startswith('cuda') else 'CPU'
    print(f'PyTorch {torch.__version__}, {where}, {torch.get_num_threads()} threads, medians')
    if options.backbones is not None:
        print(measure_backbones(options.backbones, options.cfg_options, options))
        return
    init_default_scope('mmrestore')
    candidates = []
    for name, *settings in [[Path(options.config).stem], *options.variant]:
        config = Config.fromfile(options.config)
        config.merge_from_dict(options.cfg_options)
        config.merge_from_dict(_parse(settings))
        candidates.append(
            Candidate(name, config, device=options.device, synthetic=options.synthetic)
        )
    compare(candidates, steps=options.steps, warm_up=options.warm_up)
    print(report(candidates))


def _parse(settings: list[str]) -> dict:
    parser = argparse.ArgumentParser()
    parser.add_argument('settings', nargs='*', action=DictAction)
    return parser.parse_args(settings).settings or {}


if __name__ == '__main__':
    main()
