"""The command line: ``mmrestore train | test | restore``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config

from mmrestore.config import by_part, open_config


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Args:
        arguments: words after the program's name; those of the process by default.
    """
    parser = argparse.ArgumentParser(
        prog='mmrestore',
        description='Train image-restoration networks, test them, restore images with them.',
        epilog='mmrestore COMMAND --help says more, the README begins with an example.',
    )
    commands = parser.add_subparsers(dest='command', required=True)
    for name, (add_arguments, run) in COMMANDS.items():
        command = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        add_arguments(command)
        command.set_defaults(run=run, fail=command.error)
    options = parser.parse_args(arguments)
    options.run(options)


def run_command(name: str) -> None:
    """Run one command under a program of its own, as the scripts in ``tools/`` do."""
    main([name, *sys.argv[1:]])


def _add_run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('config', help='config file')
    parser.add_argument('--work-dir', help='folder of logs and checkpoints')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        metavar='KEY=VALUE',
        help='settings that override the config: key=value, lists as key="[a,b]"',
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)


def _add_train_arguments(parser: argparse.ArgumentParser) -> None:
    _add_run_arguments(parser)
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CKPT',
        help='go on from CKPT, without it from the newest checkpoint of the work directory; '
        'stands after the config',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='mixed precision: optim_wrapper.dtype of the config, bfloat16 by default',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate with the number of images a step',
    )


def _add_test_arguments(parser: argparse.ArgumentParser) -> None:
    _add_run_arguments(parser)
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help='checkpoint of this package or released weights; left out of a network without any',
    )


def _add_restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('inputs', nargs='+', metavar='INPUT', help='image files or folders')
    parser.add_argument('--config', required=True, help='config file of the network')
    parser.add_argument('--checkpoint', required=True, help='its weights')
    parser.add_argument('--output', required=True, help='folder of the results; files are replaced')
    parser.add_argument('--tile', type=int, metavar='SIZE', help='restore in tiles of SIZE pixels')
    parser.add_argument('--overlap', type=int, help='pixels that tiles share, 32 by default')
    parser.add_argument('--self-ensemble', action='store_true', help='average 8 orientations')
    parser.add_argument('--device', help='cpu, cuda, cuda:1; a GPU if there is one by default')
    parser.add_argument('--cfg-options', nargs='+', metavar='KEY=VALUE', help='as in training')


def _open_network_config(options: argparse.Namespace) -> Config:
    config = open_config(options.config, options.cfg_options)
    if 'stages' in config:
        parts = ', '.join(stage['config'] for stage in config.stages.values())
        options.fail(f'{options.config} lists several trainings; give the config of one: {parts}')
    return config


def _default_folder(options: argparse.Namespace) -> str:
    # With the folder, for a strategy and its control have configs of the same name.
    path = Path(options.config)
    return str(Path('work_dirs', path.parent.name, path.stem))


def _check_folder(options: argparse.Namespace, folder: str) -> None:
    existing = next(p for p in (Path(folder), *Path(folder).absolute().parents) if p.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        options.fail(f'{folder} must be a folder that can be written to, which {existing} is not')


def _prepare_run(config: Config, options: argparse.Namespace) -> Config:
    config.launcher = options.launcher
    if options.work_dir:
        config.work_dir = options.work_dir
    elif config.get('work_dir') is None:
        config.work_dir = _default_folder(options)
    _check_folder(options, config.work_dir)
    return config


def train(options: argparse.Namespace) -> None:
    """Train a network as a config describes."""
    from mmrestore.engine import process_group

    config = open_config(options.config, options.cfg_options)
    if 'stages' in config:
        with process_group(options.launcher):
            _train_stages(options, config)
        return
    _train(config, options)


def _train(config: Config, options: argparse.Namespace) -> None:
    from mmrestore.engine import Runner, process_group

    config = _prepare_run(config, options)
    if options.resume is not None and not _begins_from_weights(config, options):
        config.resume = True
        config.load_from = None if options.resume == 'auto' else options.resume
    if options.amp:
        wrapper = config.optim_wrapper
        for part in wrapper.values() if by_part(wrapper) else [wrapper]:
            part.type = 'AmpOptimWrapper'
            part.setdefault('dtype', 'bfloat16')
    if options.auto_scale_lr:
        if 'base_batch_size' not in config.get('auto_scale_lr', {}):
            raise ValueError(
                '--auto-scale-lr needs auto_scale_lr=dict(base_batch_size=...) in the config: the '
                'images a step for which its learning rate was chosen'
            )
        config.auto_scale_lr.enable = True
    with process_group(options.launcher):
        Runner.from_cfg(config).train()


def _begins_from_weights(config: Config, options: argparse.Namespace) -> bool:
    from mmrestore.engine.checkpoint import resumable_checkpoints

    # Nothing to resume from yet: a new run, which has to begin where its config says.
    has_weights = config.get('load_from') is not None
    return options.resume == 'auto' and has_weights and not resumable_checkpoints(config.work_dir)


def _train_stages(options: argparse.Namespace, config: Config) -> None:
    from mmrestore.engine.checkpoint import resumable_checkpoints
    from mmrestore.engine.stages import read_stages, try_later, warn_of_newer, with_taken

    if options.resume not in (None, 'auto'):
        options.fail('a config of several stages goes on from its own checkpoints: bare --resume')
    found = read_stages(config)
    try_later(found)
    folder = Path(options.work_dir or _default_folder(options))
    for number, (name, stage) in enumerate(found.items(), 1):
        if os.environ.get('RANK', os.environ.get('SLURM_PROCID', '0')) == '0':
            print(f'stage {name}, {number} of {len(found)}: {stage.path}')
        taken = {other: str(resumable_checkpoints(folder / other)[0]) for other in stage.takes}
        warn_of_newer(name, set(taken.values()), resumable_checkpoints(folder / name))
        words = {**vars(options), 'config': str(stage.path), 'work_dir': str(folder / name)}
        _train(with_taken(stage, taken), argparse.Namespace(**words))


def test(options: argparse.Namespace) -> None:
    """Measure a checkpoint on the test sets of a config."""
    from mmrestore.engine import Runner, process_group

    config = _prepare_run(_open_network_config(options), options)
    config.load_from = options.checkpoint
    config.resume = False
    if config.get('test_dataloader') is None:  # a config without test sets of its own
        config.test_dataloader = config.val_dataloader
        config.test_evaluator = config.val_evaluator
        config.test_cfg = dict(type='TestLoop')
    with process_group(options.launcher):
        runner = Runner.from_cfg(config)
        if options.checkpoint is None and any(True for _ in runner.network.parameters()):
            options.fail(f'{options.config} describes a network with weights: give a checkpoint')
        runner.test()


def restore(options: argparse.Namespace) -> None:
    """Restore images with a trained network."""
    import torch

    from mmrestore.apis import init_restorer, restore_files

    tile, inference = None, []
    if options.overlap is not None and options.tile is None:
        raise ValueError('--overlap is of tiles: give their size with --tile')
    if options.tile is not None:
        overlap = 32 if options.overlap is None else options.overlap
        tile = {'type': 'Tile', 'size': options.tile, 'overlap': overlap, 'progress': True}
    if options.self_ensemble:
        inference.append({'type': 'SelfEnsemble'})
    config = _open_network_config(options)
    _check_folder(options, options.output)
    if str(options.device).startswith('cuda') and not torch.cuda.is_available():
        options.fail(f'--device {options.device}: PyTorch finds no GPU here')
    restorer = init_restorer(
        config, options.checkpoint, device=options.device, inference=inference, tile=tile
    )
    written = restore_files(restorer, options.inputs, options.output)
    print(f'{len(written)} images written to {options.output}')


COMMANDS = {
    'train': (_add_train_arguments, train),
    'test': (_add_test_arguments, test),
    'restore': (_add_restore_arguments, restore),
}


if __name__ == '__main__':
    main()
