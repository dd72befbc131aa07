"""Export a trained network as one file for other programs.

    mmrestore export CHECKPOINT --to onnx --output model.onnx
    mmrestore export CHECKPOINT --to safetensors --output model.safetensors

Formats: safetensors is this package's model with its config in one file. onnx is for ONNX Runtime,
chaiNNer and similar programs. torch-export is a program that PyTorch runs without this package.
official has the parameter names of the released code, for programs that use spandrel. The outputs
of each file are compared with PyTorch before it is written.
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
        help='format of the file',
    )
    parser.add_argument(
        '--output',
        required=True,
        metavar='FILE',
        help='output file with suffix .safetensors, .onnx or .pt2; for official .safetensors or '
        '.pth',
    )
    parser.add_argument('--config', help='config, instead of the one in the checkpoint')
    parser.add_argument(
        '--fp16', action='store_true', help='export in float16; not available for official'
    )
    parser.add_argument(
        '--static',
        type=_size,
        metavar='HxW',
        help='fixed input of one image of this height and width, for example 720x1280; for onnx '
        'and torch-export',
    )
    add_settings(parser)


def run(options: argparse.Namespace) -> None:
    """Export the network and print the difference between file and PyTorch."""
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
    """Parse a height and a width such as 720x1280.

    Examples:
        >>> _size('720x1280')
        (720, 1280)
    """
    found = re.fullmatch(r'(\d+)[xX](\d+)', text)
    if found is None:
        raise argparse.ArgumentTypeError(f'expected HEIGHTxWIDTH such as 720x1280, got {text!r}')
    return int(found[1]), int(found[2])
