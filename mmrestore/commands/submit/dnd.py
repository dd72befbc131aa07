"""Restore the boxes of the Darmstadt Noise Dataset and write what its server takes.

    mmrestore submit dnd CONFIG CHECKPOINT --root data/DND --output FOLDER

writes a file for each box below FOLDER/boxes and, of these, what is uploaded below FOLDER/bundled.
An interrupted run is resumed. The file format is not verified against the server, see docs/data.md.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.submit.options import add_submission, load_submission


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_submission(parser, root='data/DND', holds='info.mat and images_srgb')


def run(options: argparse.Namespace) -> None:
    """Restore, write, and say where."""
    from mmrestore.apis.dnd_submission import bundle_dnd, restore_dnd

    restorer, made_with = load_submission(options)
    files, timing = restore_dnd(restorer, options.root, options.output, made_with=made_with)
    written = bundle_dnd(files, options.output)
    num = sum(len(boxes) for boxes in files.values())
    print(f'{num} boxes, {timing.seconds_per_megapixel:.2f} s a megapixel')
    print(f'written: {written[0].parent}, {len(written)} files')
