r"""Restore the boxes of the Darmstadt Noise Dataset and write what its server takes.

    python tools/submit_dnd.py CONFIG CHECKPOINT --root data/DND --output FOLDER

writes a file for each box below FOLDER/boxes and, of these, what is uploaded below FOLDER/bundled.
A run that was interrupted goes on where it was. The form of the files is from memory: docs/data.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from submission_options import load_network, make_parser

from mmrestore.apis.dnd_submission import bundle_dnd, restore_dnd


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = make_parser(__doc__, root='data/DND', holds='info.mat and images_srgb')
    options = parser.parse_args(arguments)
    try:
        restorer, made_with = load_network(options)
        files, timing = restore_dnd(restorer, options.root, options.output, made_with=made_with)
        written = bundle_dnd(files, options.output)
    except (ValueError, FileNotFoundError, ModuleNotFoundError) as error:
        parser.error(str(error))
    num = sum(len(boxes) for boxes in files.values())
    print(f'{num} boxes, {timing.seconds_per_megapixel:.2f} s a megapixel')
    print(f'written: {written[0].parent}, {len(written)} files')


if __name__ == '__main__':
    main()
