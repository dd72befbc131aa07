r"""Measure what a training step costs and where the time goes.

    mmrestore benchmark CONFIG [--variant NAME KEY=VALUE ...] ...
    mmrestore benchmark --backbones [NAME ...]
    mmrestore benchmark --backbone TYPE [--import MODULE] [--profile]
    mmrestore benchmark --growth FIGURE.png

Every variant is the config with some settings changed. All run in turn, step by step, in one
process, so that their ratios hold on this machine whatever else it does. Examples:

    mmrestore benchmark traps/swinir_s --synthetic 64 \
        --variant without model.data_preprocessor.batch_transforms.shuffle=None
    mmrestore benchmark supervised/swinir_s --synthetic 64 --plain \
        --variant plain model.backbone.type=PlainSwinIR

With ``--backbones`` the networks of ``configs/_base_/models`` are measured instead, each in a
process of its own, on single patches; peak memory on a CPU is that of the whole process, with
PyTorch. Times are then CPU time on a CPU. With ``--plain`` the last columns are the times of the
plain forms of the networks over ours. These compute as the released code does and are in
``tests/reference`` of a checkout; the columns are empty for networks without a plain form, or with
one that does not fit into the machine's memory.

``--backbone`` measures one registered network, of a plugin too, on single patches, with the
arguments ``--cfg-options model.backbone.KEY=VALUE``. ``--profile`` lists the ten operators that a
step spends most time in.

``--growth`` measures on the CPU how cost grows with iterations, files, megapixels, data workers and
processes, and writes a figure and a CSV file beside it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mmrestore.commands.arguments import add_device, add_imports, add_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        'config', nargs='?', help='config file, or a name that `mmrestore configs` lists'
    )
    parser.add_argument(
        '--backbones', nargs='*', metavar='NAME', help='networks instead of a config; all'
    )
    parser.add_argument(
        '--backbone', metavar='TYPE', help='one registered network instead of a config'
    )
    parser.add_argument(
        '--growth', metavar='FIGURE', help='cost against work, as a PNG figure, on the CPU'
    )
    parser.add_argument(
        '--iterations', type=int, default=10_000, help='of the tiny network of --growth, 10000'
    )
    parser.add_argument(
        '--profile', action='store_true', help='list the ten most expensive operators of a step'
    )
    add_imports(parser)
    parser.add_argument(
        '--variant',
        nargs='+',
        action='append',
        default=[],
        metavar='WORD',
        help='its name and its settings KEY=VALUE; may be given again',
    )
    add_settings(parser)
    parser.add_argument(
        '--synthetic',
        type=int,
        metavar='SIZE',
        help='random patches of SIZE, or the next size that the network takes',
    )
    parser.add_argument(
        '--plain',
        action='store_true',
        help='also measure the plain forms of networks, from tests/reference of a checkout',
    )
    parser.add_argument('--steps', type=int, default=10, help='steps that are timed, 10')
    parser.add_argument('--warm-up', type=int, default=2, help='steps before them, 2')
    add_device(parser)


def run(options: argparse.Namespace) -> None:
    """Measure, and print a table."""
    import torch

    from mmrestore.analysis import benchmark
    from mmrestore.analysis.operators import expensive_operators
    from mmrestore.apis.networks import choose_device
    from mmrestore.apis.recorded import import_named

    choices = [options.config, options.backbones, options.backbone, options.growth]
    if choices.count(None) != len(choices) - 1:
        raise ValueError('give one of CONFIG, --backbones, --backbone and --growth')
    if options.profile and options.backbones is not None:
        raise ValueError('--profile is for a CONFIG or --backbone, one network at a time')
    import_named(options.imports)
    device = choose_device(options.device)
    if options.plain:
        benchmark.register_plain_networks()
    where = torch.cuda.get_device_name() if device.startswith('cuda') else 'CPU'
    print(f'PyTorch {torch.__version__}, {where}, {torch.get_num_threads()} threads, medians')
    if options.growth is not None:
        _measure_growth(options)
        return
    if options.backbones is not None:
        table = benchmark.measure_backbones(
            options.backbones,
            overrides=options.cfg_options,
            device=device,
            synthetic=options.synthetic or 64,
            steps=options.steps,
            warm_up=options.warm_up,
            plain=options.plain,
        )
        print(table)
        return
    config, name, synthetic = options.config, options.backbone, options.synthetic
    if name is not None:
        config = benchmark.trained(benchmark.network_of_type(name), [])
        synthetic = synthetic or 64
    variants = {variant: settings for variant, *settings in options.variant}
    candidates = benchmark.measure_variants(
        config,
        {name or Path(options.config).stem: [], **variants},
        overrides=options.cfg_options,
        strategies=options.strategies,
        device=device,
        synthetic=synthetic,
        steps=options.steps,
        warm_up=options.warm_up,
    )
    print(benchmark.report(candidates))
    if options.profile:
        for candidate in candidates:
            rows = expensive_operators(candidate)
            print('', f'Operators of a step of {candidate.name}', '', sep='\n')
            print(benchmark.table(rows))


def _measure_growth(options: argparse.Namespace) -> None:
    """Print how cost grows, and draw it."""
    from mmrestore.analysis import benchmark, figures, growth

    path = figures.check_png(options.growth)
    curves = growth.measure_growth(iterations=options.iterations)
    head, *rows = growth.growth_rows(curves)
    print(benchmark.table([head, *rows]))
    figures.write_results(path, growth.draw_growth(curves), head, rows)
