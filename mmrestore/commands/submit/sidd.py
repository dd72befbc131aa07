"""Restore the SIDD benchmark and write the submission files.

    mmrestore submit sidd CONFIG CHECKPOINT --root data/SIDD --output FOLDER

writes FOLDER/SubmitSrgb.mat, and FOLDER/SubmitSrgb.csv for the competition on Kaggle. The same
command resumes an interrupted run. The file format is not verified against the server, see
docs/data.md.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.submit.options import add_submission, load_submission


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_submission(parser, root='data/SIDD', holds='BenchmarkNoisyBlocksSrgb.mat')
    parser.add_argument('--method', default='', help='name of the method, for the server')


def run(options: argparse.Namespace) -> None:
    """Restore the blocks, write the files and print their paths."""
    from mmrestore.apis.sidd_submission import restore_sidd, write_sidd_csv, write_sidd_mat

    restorer, made_with = load_submission(options)
    blocks, timing = restore_sidd(restorer, options.root, options.output, made_with=made_with)
    speed = timing.seconds_per_megapixel
    details = {'MethodName': options.method}
    written = [
        write_sidd_mat(options.output, blocks, seconds_per_megapixel=speed, details=details),
        write_sidd_csv(options.output, blocks),
    ]
    print(f'{blocks.shape[0] * blocks.shape[1]} blocks, {speed:.2f} s per megapixel')
    for path in written:
        print(f'written: {path}')
