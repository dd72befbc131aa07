r"""Measure time and memory of training steps.

    mmrestore benchmark CONFIG [--variant NAME KEY=VALUE ...] ...
    mmrestore benchmark --backbones [NAME ...]
    mmrestore benchmark --backbone TYPE [--import MODULE] [--profile]
    mmrestore benchmark --growth FIGURE.png

A variant is the config with some settings changed. All variants alternate step by step in one
process, so that their ratios are reliable on a busy machine. Examples:

    mmrestore benchmark traps/swinir_s --synthetic 64 \
        --variant without model.data_preprocessor.batch_transforms.shuffle=None
    mmrestore benchmark supervised/swinir_s --synthetic 64 --plain \
        --variant plain model.backbone.type=PlainSwinIR

``--backbones`` measures the networks of ``configs/_base_/models`` instead, each in a separate
process, on single patches. On a CPU, times are CPU times, and peak memory is that of the whole
process, including PyTorch. With ``--plain`` the last columns are the times of the plain forms of
the networks divided by ours. Plain forms compute as the released code does; they are in
``tests/reference`` of a checkout. The columns are empty if a network has no plain form, or if the
plain form exceeds the machine's memory.

``--backbone`` measures one registered network, including those of plugins, on single patches. Set
its arguments by ``--cfg-options model.backbone.KEY=VALUE``. ``--profile`` lists the ten operators
with the largest share of the time of a step.

``--growth`` measures on the CPU how cost grows with iterations, files, megapixels, data workers and
processes, and writes a figure and a CSV file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mmrestore.commands.arguments import add_device, add_imports, add_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        'config', nargs='?', help='config file, or a name listed by `mmrestore configs`'
    )
    parser.add_argument(
        '--backbones',
        nargs='*',
        metavar='NAME',
        help='networks instead of a config; all by default',
    )
    parser.add_argument(
        '--backbone', metavar='TYPE', help='one registered network instead of a config'
    )
    parser.add_argument(
        '--growth', metavar='FIGURE', help='PNG figure of cost against amount of work, on the CPU'
    )
    parser.add_argument(
        '--iterations',
        type=int,
        default=10_000,
        help='iterations of the tiny network of --growth, 10000 by default',
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
        help='name and settings KEY=VALUE of a variant; may be repeated',
    )
    add_settings(parser)
    parser.add_argument(
        '--synthetic',
        type=int,
        metavar='SIZE',
        help='use random patches of side SIZE, or of the next size that the network accepts',
    )
    parser.add_argument(
        '--plain',
        action='store_true',
        help='also measure the plain forms of networks, from tests/reference of a checkout',
    )
    parser.add_argument('--steps', type=int, default=10, help='timed steps, 10 by default')
    parser.add_argument('--warm-up', type=int, default=2, help='warm-up steps, 2 by default')
    add_device(parser)


def run(options: argparse.Namespace) -> None:
    """Measure and print a table."""
    import torch

    from mmrestore.analysis import benchmark
    from mmrestore.analysis.operators import expensive_operators
    from mmrestore.apis.networks import choose_device
    from mmrestore.apis.recorded import import_named

    choices = [options.config, options.backbones, options.backbone, options.growth]
    if choices.count(None) != len(choices) - 1:
        raise ValueError('give exactly one of CONFIG, --backbones, --backbone and --growth')
    if options.profile and options.backbones is not None:
        raise ValueError('--profile needs a single network: give CONFIG or --backbone')
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
    """Print and draw the growth of cost."""
    from mmrestore.analysis import benchmark, figures, growth

    path = figures.check_png(options.growth)
    curves = growth.measure_growth(iterations=options.iterations)
    head, *rows = growth.growth_rows(curves)
    print(benchmark.table([head, *rows]))
    figures.write_results(path, growth.draw_growth(curves), head, rows)
