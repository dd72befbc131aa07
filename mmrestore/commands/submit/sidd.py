r"""Restore the SIDD benchmark and write what its servers take.

    python tools/submit_sidd.py CONFIG CHECKPOINT --root data/SIDD --output FOLDER

writes FOLDER/SubmitSrgb.mat, and FOLDER/SubmitSrgb.csv for the competition on Kaggle. A run that
was interrupted goes on where it was. The form of the files is from memory: docs/data.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from submission_options import load_network, make_parser

from mmrestore.apis.sidd_submission import restore_sidd, write_sidd_csv, write_sidd_mat


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = make_parser(__doc__, root='data/SIDD', holds='BenchmarkNoisyBlocksSrgb.mat')
    parser.add_argument('--method', default='', help='name of the method, for the server')
    options = parser.parse_args(arguments)
    try:
        restorer, made_with = load_network(options)
        blocks, timing = restore_sidd(restorer, options.root, options.output, made_with=made_with)
    except (ValueError, FileNotFoundError) as error:
        parser.error(str(error))
    speed = timing.seconds_per_megapixel
    details = {'MethodName': options.method}
    written = [
        write_sidd_mat(options.output, blocks, seconds_per_megapixel=speed, details=details),
        write_sidd_csv(options.output, blocks),
    ]
    print(f'{blocks.shape[0] * blocks.shape[1]} blocks, {speed:.2f} s a megapixel')
    for path in written:
        print(f'written: {path}')


if __name__ == '__main__':
    main()
