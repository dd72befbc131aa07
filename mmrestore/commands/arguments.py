"""Arguments shared by several commands."""

from __future__ import annotations

import argparse
from typing import Any


def add_debug(parser: argparse.ArgumentParser) -> None:
    """Add ``--debug`` after a command; it is also accepted before the command."""
    parser.add_argument(
        '--debug',
        action='store_true',
        default=argparse.SUPPRESS,  # keeps the value given before the command
        help='show the traceback of an error',
    )


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add ``--with`` and ``--cfg-options``, which change a config."""
    parser.add_argument(
        '--with',
        nargs='+',
        action='extend',
        default=[],
        dest='strategies',
        metavar='STRATEGY',
        help='training strategies to apply to the config: names such as traps, or files',
    )
    add_overrides(parser)


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """Add ``--cfg-options``."""
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action='extend',
        default=[],
        metavar='KEY=VALUE',
        help='override settings of the config by dotted key, for example model.test_seed=1; '
        'write lists as KEY="[a,b]"',
    )


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add ``--format``, the format of restored images."""
    parser.add_argument(
        '--format',
        choices=['png', 'jpg', 'tiff', 'keep'],
        default='png',
        help='format of the results, png by default; keep: the format of each input',
    )


def add_dtype(parser: argparse.ArgumentParser) -> None:
    """Add ``--dtype``, in which a trained network computes."""
    parser.add_argument(
        '--dtype',
        choices=['float32', 'bfloat16', 'float16'],
        help='type in which the network computes; float16 on GPUs',
    )


def add_run(parser: argparse.ArgumentParser, *, config_required: bool = True) -> None:
    """Add the arguments of training and testing: config, settings, work directory, launcher."""
    parser.add_argument(
        'config',
        nargs=None if config_required else '?',
        help='config file, or a name listed by `mmrestore configs`',
    )
    add_settings(parser)
    parser.add_argument(
        '--work-dir',
        metavar='DIR',
        help='folder for logs and checkpoints, work_dirs/FOLDER/NAME[+STRATEGY] by default',
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add ``--device``."""
    parser.add_argument(
        '--device', help='cpu, cuda (or gpu), cuda:1 (or 1); by default a GPU if available'
    )


def add_imports(parser: argparse.ArgumentParser) -> None:
    """Add ``--import MODULE``, because a config from a checkpoint must not choose imports."""
    parser.add_argument(
        '--import',
        action='append',
        default=[],
        dest='imports',
        metavar='MODULE',
        help='your own module that a config recorded in a checkpoint needs; may be repeated',
    )


def add_released(parser: argparse.ArgumentParser, instead_of: str) -> None:
    """Add ``--model NAME`` for released weights with their config."""
    parser.add_argument(
        '--model',
        metavar='NAME',
        help=f'released weights listed by `mmrestore models`, instead of {instead_of}; they are '
        'downloaded if necessary',
    )


def check_released(options: argparse.Namespace) -> None:
    """Set config and checkpoint from ``--model NAME``, if it is given.

    Raises:
        ValueError: a config or a checkpoint is also given.
    """
    if options.model is None:
        return
    if options.config is not None or options.checkpoint is not None:
        raise ValueError(
            '--model NAME determines config and checkpoint: give either --model or these'
        )
    from mmrestore.apis import resolve_model

    options.config, options.checkpoint = resolve_model(options.model)


def add_models(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add the repeatable argument ``--model NAME CONFIG CHECKPOINT``."""
    parser.add_argument(
        '--model',
        nargs=3,
        action='append',
        default=None if required else [],
        required=required,
        metavar=('NAME', 'CONFIG', 'CHECKPOINT'),
        help='name in the results, config and checkpoint of a model; may be repeated',
    )


def add_noisy_patches(parser: argparse.ArgumentParser, *, num: int, size: int, noises: str) -> None:
    """Add the arguments of analyses of networks under noise."""
    add_models(parser)
    parser.add_argument('--images', required=True, metavar='DIR', help='folder of clean images')
    parser.add_argument(
        '--noises',
        nargs='+',
        default=noises.split(),
        metavar='NOISE',
        help='noises such as gaussian:15 or GaussianNoise:sigma=15; the first is the reference; '
        f'{noises} by default',
    )
    parser.add_argument(
        '--patches', type=int, default=num, metavar='N', help=f'number of patches, {num} by default'
    )
    parser.add_argument(
        '--size', type=int, default=size, help=f'side of a patch in pixels, {size} by default'
    )
    parser.add_argument('--seed', type=int, default=0, help='seed of crops, noises and masks')
    add_device(parser)
    parser.add_argument('--output', required=True, metavar='FILE.png', help='file of the figure')


def read_noisy_patches(options: argparse.Namespace) -> Any:
    """Load the models and noisy patches of an analysis."""
    from mmrestore.analysis.networks_under_noise import read_inputs

    return read_inputs(
        options.model,
        options.images,
        options.noises,
        num=options.patches,
        size=options.size,
        seed=options.seed,
        device=options.device,
    )


def add_layer(parser: argparse.ArgumentParser) -> None:
    """Add ``--layer``, the layer whose features are analyzed."""
    parser.add_argument(
        '--layer',
        metavar='NAME',
        help="layer of the features, or 'NAME:input' for its input; the input of the last "
        'convolution by default',
    )
