"""Write a page of a training: curves, metrics, images, config, environment.

    mmrestore report work_dirs/traps/quickstart
    mmrestore report runs/plain runs/traps --output comparison.html

Runs may be finished or stopped. Each is tested with its newest checkpoint, unless it was before.
Several runs are compared with the first. `report=True` in a config writes the page of a training
when it ends. `mmrestore compare` compares trainings with several seeds.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_imports


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('runs', nargs='+', metavar='RUN', help='work directory of a training')
    parser.add_argument(
        '--output',
        metavar='FILE.html',
        help='report.html in the folder of a single run, in the current one for several',
    )
    add_imports(parser)


def run(options: argparse.Namespace) -> None:
    """Write the page."""
    from mmrestore.apis import report
    from mmrestore.files import printable

    written = report(options.runs, options.output, imports=options.imports)
    print(f'written: {printable(written)}')
