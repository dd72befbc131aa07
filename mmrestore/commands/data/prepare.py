"""Put public data sets in place, verify them, and draw subsets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmrestore.datasets.prepare import (
    ARCHIVES,
    BENCHMARKS,
    crop_faces,
    cut_sidd_medium,
    cut_sub_images,
    find_duplicates,
    listed_faces,
    prepare_archive,
    prepare_div2k,
    subset_text,
    verify,
)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)

    div2k = commands.add_parser('div2k', help='unpack the official archives of DIV2K')
    div2k.add_argument('--source', required=True, help='folder of the downloaded zip files')
    div2k.add_argument('--root', default='data', help='root of the data (default: data)')
    div2k.add_argument('--scales', nargs='*', type=int, default=[], help='LR images too: 2 3 4')
    div2k.add_argument(
        '--sub-images', action='store_true', help='also cut the training images into 480x480 parts'
    )
    div2k.set_defaults(run=_div2k)

    for name in ARCHIVES:
        archive = commands.add_parser(name, help='take the images of the configs out of it')
        archive.add_argument('--source', required=True, help='the archive, or what it unpacks to')
        archive.add_argument('--root', default='data', help='root of the data (default: data)')
        archive.set_defaults(run=_archive, name=name)

    sidd = commands.add_parser('sidd-medium', help='cut its noisy photographs into tiles')
    sidd.add_argument('--source', required=True, help='SIDD_Medium_Srgb: the archive or the folder')
    sidd.add_argument('--root', default='data', help='root of the data (default: data)')
    sidd.add_argument('--size', type=int, default=512, help='side of a tile (default: 512)')
    sidd.add_argument('--overlap', type=int, default=128, help='shared pixels (default: 128)')
    sidd.add_argument('--part', action='store_true', help='take any number of photographs')
    sidd.set_defaults(run=_sidd_medium)

    faces = commands.add_parser('faces', help='crop faces out of videos and pictures')
    faces.add_argument('--source', required=True, help='folder of videos and pictures')
    faces.add_argument('--root', default='data', help='root of the data (default: data)')
    faces.add_argument('--sizes', nargs='+', type=int, default=[120, 30], help='default: 120 30')
    faces.add_argument(
        '--tolerance', type=float, default=0.15, help='of the detected size (default: 0.15)'
    )
    faces.add_argument('--frame-step', type=int, default=25, help='frames of a step (default: 25)')
    faces.add_argument('--boxes', help='CSV file of faces that another detector found')
    faces.set_defaults(run=_faces)

    parts = commands.add_parser('sub-images', help='cut the images of a folder into parts')
    parts.add_argument('source', help='folder of the images')
    parts.add_argument('target', help='folder of the parts')
    parts.add_argument('--size', type=int, default=480, help='side of a part (default: 480)')
    parts.add_argument('--step', type=int, default=240, help='distance of parts (default: 240)')
    parts.set_defaults(run=_sub_images)

    check = commands.add_parser('verify', help='check numbers, sizes, contents and duplicates')
    check.add_argument('names', nargs='*', metavar='NAME', help=f'of {", ".join(BENCHMARKS)}')
    check.add_argument('--root', default='data', help='root of the data (default: data)')
    check.add_argument('--folder', help='folder of the one data set that is named')
    check.set_defaults(run=_verify)

    subset = commands.add_parser('subset', help='draw a list file of random images of DIV2K')
    subset.add_argument('num_images', type=int)
    subset.add_argument('--seed', type=int, default=0)
    subset.set_defaults(run=_subset)

    options = parser.parse_args()
    try:
        options.run(options)
    except (ValueError, FileExistsError) as error:
        sys.exit(f'error: {error}')


def _div2k(options: argparse.Namespace) -> None:
    prepare_div2k(options.source, options.root, scales=options.scales)
    if not options.sub_images:
        return
    train = Path(options.root, 'DIV2K/train')
    cuts = {'HR': 1, **{f'LR_bicubic/X{scale}': scale for scale in options.scales}}
    for folder, scale in cuts.items():
        target = train / f'{folder}_sub'
        num = cut_sub_images(train / folder, target, size=480 // scale, step=240 // scale)
        print(f'{target}: {num} parts')


def _archive(options: argparse.Namespace) -> None:
    prepare_archive(options.name, options.source, options.root)


def _sidd_medium(options: argparse.Namespace) -> None:
    whole = {'num_images': None} if options.part else {}
    cut_sidd_medium(
        options.source, options.root, size=options.size, overlap=options.overlap, **whole
    )


def _faces(options: argparse.Namespace) -> None:
    crop_faces(
        options.source,
        Path(options.root, 'faces'),
        sizes=options.sizes,
        tolerance=options.tolerance,
        frame_step=options.frame_step,
        detect=listed_faces(options.boxes) if options.boxes else None,
    )


def _sub_images(options: argparse.Namespace) -> None:
    num = cut_sub_images(options.source, options.target, size=options.size, step=options.step)
    print(f'{options.target}: {num} parts')


def _verify(options: argparse.Namespace) -> None:
    names = options.names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise ValueError(
            f'unknown data set {unknown[0]!r}: expected one of {", ".join(BENCHMARKS)}'
        )
    if options.folder and len(names) != 1:
        raise ValueError('--folder belongs to one data set: name it')
    root = Path(options.root)
    reports = [
        verify(name, options.folder or root / BENCHMARKS[name].folder, BENCHMARKS[name])
        for name in names
    ]
    print(*reports, sep='\n')
    problems = [problem for report in reports for problem in report.problems]
    duplicates = find_duplicates({report.name: report.fingerprints for report in reports})
    shared = [line for line in duplicates if line not in problems]
    if shared:
        print('images that several data sets share:', *shared, sep='\n  ')
    if shared or problems:
        sys.exit(1)


def _subset(options: argparse.Namespace) -> None:
    print(
        subset_text(BENCHMARKS['div2k_train'].names, options.num_images, seed=options.seed), end=''
    )


if __name__ == '__main__':
    main()
