"""Restore the boxes of the Darmstadt Noise Dataset and write what its server takes.

    mmrestore submit dnd CONFIG CHECKPOINT --root data/DND --output FOLDER

writes a file for each box below FOLDER/boxes and, of these, what is uploaded below FOLDER/bundled.
A run that was interrupted goes on where it was. The form of the files is from memory: docs/data.md.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.submit.options import add_submission


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_submission(parser, root='data/DND', holds='info.mat and images_srgb')


def run(options: argparse.Namespace) -> None:
    """Restore, write, and say where."""
    from mmrestore.apis.dnd_submission import bundle_dnd, restore_dnd
    from mmrestore.apis.submission import load_network

    restorer, made_with = load_network(
        options.config,
        options.checkpoint,
        overrides=options.cfg_options,
        strategies=options.strategies,
        device=options.device,
    )
    files, timing = restore_dnd(restorer, options.root, options.output, made_with=made_with)
    written = bundle_dnd(files, options.output)
    num = sum(len(boxes) for boxes in files.values())
    print(f'{num} boxes, {timing.seconds_per_megapixel:.2f} s a megapixel')
    print(f'written: {written[0].parent}, {len(written)} files')
