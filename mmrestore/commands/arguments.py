"""Arguments that several commands have."""

from __future__ import annotations

import argparse
from typing import Any


def add_debug(parser: argparse.ArgumentParser) -> None:
    """Add ``--debug`` behind a command; it may stand before it too."""
    parser.add_argument(
        '--debug',
        action='store_true',
        default=argparse.SUPPRESS,  # keeps what stands before the command
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
        help='training strategies that the config gets, as traps or the path of a file',
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
        help='settings that override the config, by dotted key: model.test_seed=1; lists as '
        'KEY="[a,b]"',
    )


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add ``--format``, of restored images."""
    parser.add_argument(
        '--format',
        choices=['png', 'jpg', 'tiff', 'keep'],
        default='png',
        help='of the results, png by default; keep: that of each input',
    )


def add_dtype(parser: argparse.ArgumentParser) -> None:
    """Add ``--dtype``, in which a trained network computes."""
    parser.add_argument(
        '--dtype',
        choices=['float32', 'bfloat16', 'float16'],
        help='type in which the network computes; float16 on GPUs',
    )


def add_run(parser: argparse.ArgumentParser, *, config_required: bool = True) -> None:
    """Add the arguments of a training or a test: config, settings, folder, launcher."""
    parser.add_argument(
        'config',
        nargs=None if config_required else '?',
        help='config file, or a name that `mmrestore configs` lists',
    )
    add_settings(parser)
    parser.add_argument(
        '--work-dir',
        metavar='DIR',
        help='folder of logs and checkpoints, work_dirs/FOLDER/NAME[+STRATEGY] by default',
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add ``--device``."""
    parser.add_argument(
        '--device', help='cpu, cuda (or gpu), cuda:1 (or 1); a GPU if there is one by default'
    )


def add_imports(parser: argparse.ArgumentParser) -> None:
    """Add ``--import MODULE``, which a config that is read from a checkpoint may not decide."""
    parser.add_argument(
        '--import',
        action='append',
        default=[],
        dest='imports',
        metavar='MODULE',
        help='module of your own that a config recorded in a checkpoint needs; may be given again',
    )


def add_released(parser: argparse.ArgumentParser, instead_of: str) -> None:
    """Add ``--model NAME``, released weights with their config."""
    parser.add_argument(
        '--model',
        metavar='NAME',
        help=f'released weights that `mmrestore models` lists, instead of {instead_of}; they are '
        'downloaded if need be',
    )


def check_released(options: argparse.Namespace) -> None:
    """Fill in config and checkpoint of ``--model NAME``, if it is given.

    Raises:
        ValueError: a config or a checkpoint is given as well.
    """
    if options.model is None:
        return
    if options.config is not None or options.checkpoint is not None:
        raise ValueError('--model NAME brings its config and checkpoint: give no others')
    from mmrestore.apis import resolve_model

    options.config, options.checkpoint = resolve_model(options.model)


def add_models(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add the argument ``--model NAME CONFIG CHECKPOINT``, which may be given again."""
    parser.add_argument(
        '--model',
        nargs=3,
        action='append',
        default=None if required else [],
        required=required,
        metavar=('NAME', 'CONFIG', 'CHECKPOINT'),
        help='a model and its name in results; may be given again',
    )


def add_noisy_patches(parser: argparse.ArgumentParser, *, num: int, size: int, noises: str) -> None:
    """Add the arguments of an analysis of networks under noise, with their defaults."""
    add_models(parser)
    parser.add_argument('--images', required=True, metavar='DIR', help='folder of clean images')
    parser.add_argument(
        '--noises',
        nargs='+',
        default=noises.split(),
        metavar='NOISE',
        help='such as gaussian:15, or GaussianNoise:sigma=15; the first one is the reference; '
        f'{noises} by default',
    )
    parser.add_argument(
        '--patches', type=int, default=num, metavar='N', help=f'their number, {num} by default'
    )
    parser.add_argument(
        '--size', type=int, default=size, help=f'side of a patch in pixels, {size} by default'
    )
    parser.add_argument('--seed', type=int, default=0, help='of places, noises and masks')
    add_device(parser)
    parser.add_argument('--output', required=True, metavar='FILE.png', help='where it is drawn')


def read_noisy_patches(options: argparse.Namespace) -> Any:
    """Return the models and noisy patches that the arguments of an analysis name."""
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
    """Add the layer whose features are analyzed."""
    parser.add_argument(
        '--layer',
        metavar='NAME',
        help="layer of the features, 'NAME:input' for what it gets; the input of the last "
        'convolution by default',
    )
