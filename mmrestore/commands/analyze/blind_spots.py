r"""Plot PSNR and SSIM of networks with a tunable blind spot against the size of the blind spot.

    mmrestore analyze blind-spots --model APR CONFIG CHECKPOINT \
        --model AT-BSN CONFIG CHECKPOINT --shifts 0 1 2 3 4 5 6 7 --output FILE.png

This is figure 8 of APR-RD. Test sets and inference decorators are those of the first config. At
shift s the blind spot has (2 s - 1) x (2 s - 1) pixels; at 0 there is none. The values are also
written as a CSV file next to the figure.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_device, add_models, add_overrides

HEAD = ['model', 'dataset', 'shift', 'blind_spot', 'images', 'PSNR', 'SSIM']


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_models(parser)
    parser.add_argument('--shifts', nargs='+', type=int, default=list(range(8)), metavar='S')
    parser.add_argument('--images', type=int, metavar='N', help='use only the first N images')
    parser.add_argument('--workers', type=int, default=0, help='number of data workers')
    add_device(parser)
    add_overrides(parser)
    parser.add_argument('--output', required=True, metavar='FILE.png', help='file of the figure')


def run(options: argparse.Namespace) -> None:
    """Measure, plot and print the written files."""
    from mmengine.utils import ProgressBar

    from mmrestore.analysis.blind_spots import measure_shifts, panels_of
    from mmrestore.analysis.figures import check_png, draw_lines, write_results
    from mmrestore.analysis.networks_under_noise import check_names
    from mmrestore.apis import init_restorer
    from mmrestore.apis.networks import open_network_config
    from mmrestore.evaluation import PSNR, SSIM
    from mmrestore.registry import DATASETS

    shifts = sorted(set(options.shifts))
    if shifts[0] < 0:
        raise ValueError(f'expected shifts of at least 0, got {shifts[0]}')
    check_names(options.model)
    check_png(options.output)
    restorers = {
        name: init_restorer(
            config, checkpoint, device=options.device, overrides=options.cfg_options
        )
        for name, config, checkpoint in options.model
    }
    config = open_network_config(options.model[0][1], options.cfg_options)
    loader = config.get('test_dataloader') or config.val_dataloader
    dataset = DATASETS.build(loader.dataset)
    bar = ProgressBar(min(len(dataset), options.images or len(dataset)))
    rows = measure_shifts(
        restorers,
        dataset,
        [PSNR(), SSIM()],
        shifts,
        limit=options.images,
        num_workers=options.workers,
        progress=bar.update,
    )
    print()
    figure = draw_lines(panels_of(rows), axes=('shift s', 'value'))
    table = [
        (row.model, row.dataset, row.shift, row.blind_spot, row.images, *row.values.values())
        for row in rows
    ]
    for path in write_results(options.output, figure, HEAD, table):
        print(f'written: {path}')
