"""Write a trained network as one file for other programs.

    mmrestore export CHECKPOINT --to onnx --output model.onnx
    mmrestore export CHECKPOINT --to safetensors --output model.safetensors

safetensors is our model in one file, with its config; onnx is for ONNX Runtime, chaiNNer and the
like; torch-export is a program that PyTorch runs without this package; official has the names of
the released code, for programs that use spandrel. Every file is compared with PyTorch before it is
written.
"""

from __future__ import annotations

import argparse
import re

from mmrestore.commands.arguments import add_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        'checkpoint', help='checkpoint, exported safetensors, or released weights with --config'
    )
    parser.add_argument(
        '--to',
        required=True,
        choices=['safetensors', 'onnx', 'torch-export', 'official'],
        dest='form',
        help='what is written',
    )
    parser.add_argument(
        '--output',
        required=True,
        metavar='FILE',
        help='it ends in .safetensors, .onnx, .pt2, or .safetensors or .pth for official',
    )
    parser.add_argument('--config', help='config, if not that which the checkpoint holds')
    parser.add_argument('--fp16', action='store_true', help='float16; not of official')
    parser.add_argument(
        '--static',
        type=_size,
        metavar='HxW',
        help='one image of this height and width only, as 720x1280; of onnx and torch-export',
    )
    add_settings(parser)


def run(options: argparse.Namespace) -> None:
    """Export, and say how much the file differs from PyTorch."""
    from mmrestore.apis import export

    exported = export(
        options.checkpoint,
        options.output,
        options.form,
        config=options.config,
        overrides=options.cfg_options,
        strategies=options.strategies,
        half=options.fp16,
        static=options.static,
    )
    for (batch, height, width), largest, relative in exported.differences:
        print(
            f'{batch} x {height} x {width}: differs from PyTorch by {largest:.1e} at most, '
            f'{relative:.1e} standard deviations of the output'
        )
    for note in exported.notes:
        print(f'note: {note}')
    print(f'{exported.path} written, SHA-256 {exported.sha256}')


def _size(text: str) -> tuple[int, int]:
    """Read a height and a width, as 720x1280.

    Examples:
        >>> _size('720x1280')
        (720, 1280)
    """
    found = re.fullmatch(r'(\d+)[xX](\d+)', text)
    if found is None:
        raise argparse.ArgumentTypeError(f'expected HEIGHTxWIDTH, as 720x1280, got {text!r}')
    return int(found[1]), int(found[2])
