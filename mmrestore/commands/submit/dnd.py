"""Restore the Darmstadt Noise Dataset (DND) and write the submission files.

    mmrestore submit dnd CONFIG CHECKPOINT --root data/DND --output FOLDER

writes a file for each box to FOLDER/boxes, and the files to upload to FOLDER/bundled. The same
command resumes an interrupted run. The file format is not verified against the server, see
docs/data.md.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.submit.options import add_submission, load_submission


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_submission(parser, root='data/DND', holds='info.mat and images_srgb')


def run(options: argparse.Namespace) -> None:
    """Restore the boxes, write the files and print their folder."""
    from mmrestore.apis.dnd_submission import bundle_dnd, restore_dnd

    restorer, made_with = load_submission(options)
    files, timing = restore_dnd(restorer, options.root, options.output, made_with=made_with)
    written = bundle_dnd(files, options.output)
    num = sum(len(boxes) for boxes in files.values())
    print(f'{num} boxes, {timing.seconds_per_megapixel:.2f} s per megapixel')
    print(f'written: {written[0].parent}, {len(written)} files')
