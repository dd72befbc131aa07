"""Download released weights listed by `mmrestore models`.

    mmrestore download dncnn_25_gray
    mmrestore download dncnn_25_gray --output weights

They are stored in the cache, where `--model NAME` finds them. `--output` also copies them to a
folder.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('name', help='name listed by `mmrestore models`')
    parser.add_argument(
        '--output', metavar='DIR', help='folder for a copy; an existing file is replaced'
    )


def run(options: argparse.Namespace) -> None:
    """Download the weights and print the path of the file."""
    from mmrestore.apis.model_cache import fetch_model
    from mmrestore.apis.released_models import find_model
    from mmrestore.apis.work_dir import check_folder

    model = find_model(options.name)
    if options.output is not None:
        check_folder(options.output)
    print(fetch_model(model, options.output))
