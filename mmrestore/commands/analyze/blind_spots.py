r"""Draw how well networks with a tunable blind spot restore, against its size.

    python tools/analysis/blind_spots.py --model APR CONFIG CHECKPOINT \
        --model AT-BSN CONFIG CHECKPOINT --shifts 0 1 2 3 4 5 6 7 --output FILE.png

This is figure 8 of APR-RD. The test sets and what is around the network are those of the first
config. At shift s the network does not see (2 s - 1) x (2 s - 1) pixels around each pixel; at 0 it
sees all. The numbers are written beside the figure as CSV.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmengine.config import Config, DictAction
from mmengine.utils import ProgressBar
from model_arguments import add_models, check_names

from mmrestore.analysis.blind_spots import Row, measure_shifts
from mmrestore.analysis.figures import Line, check_png, draw_lines, write_results
from mmrestore.apis import init_restorer
from mmrestore.evaluation import PSNR, SSIM
from mmrestore.registry import DATASETS

HEAD = ['model', 'dataset', 'shift', 'blind_spot', 'images', 'PSNR', 'SSIM']


def panels_of(rows: Sequence[Row]) -> dict[str, list[Line]]:
    """Return the lines of every data set and metric, one for each model."""
    panels: dict[str, list[Line]] = {}
    for dataset in dict.fromkeys(row.dataset for row in rows):
        for metric in rows[0].values:
            for model in dict.fromkeys(row.model for row in rows):
                chosen = [r for r in rows if (r.model, r.dataset) == (model, dataset)]
                shifts, values = zip(*[(r.shift, r.values[metric]) for r in chosen], strict=True)
                panels.setdefault(f'{dataset}, {metric}', []).append(Line(model, shifts, values))
    return panels


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_models(parser)
    parser.add_argument('--shifts', nargs='+', type=int, default=list(range(8)), metavar='S')
    parser.add_argument('--images', type=int, metavar='N', help='the first N images only')
    parser.add_argument('--workers', type=int, default=0, help='processes that load images')
    parser.add_argument('--device', help='cpu, cuda; a GPU if there is one by default')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='as in a test')
    parser.add_argument('--output', required=True, metavar='FILE.png', help='where it is drawn')
    options = parser.parse_args(arguments)
    shifts = sorted(set(options.shifts))
    if shifts[0] < 0:
        parser.error(f'a shift is at least 0, got {shifts[0]}')
    try:
        check_names(options.model)
        check_png(options.output)
        restorers = {
            name: init_restorer(
                config, checkpoint, device=options.device, overrides=options.cfg_options
            )
            for name, config, checkpoint in options.model
        }
        config = Config.fromfile(options.model[0][1])
        config.merge_from_dict(options.cfg_options or {})
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
    except (ValueError, FileNotFoundError) as error:
        parser.error(str(error))
    figure = draw_lines(panels_of(rows), axes=('shift s', 'value'))
    table = [
        (row.model, row.dataset, row.shift, row.blind_spot, row.images, *row.values.values())
        for row in rows
    ]
    for path in write_results(options.output, figure, HEAD, table):
        print(f'written: {path}')


if __name__ == '__main__':
    main()
