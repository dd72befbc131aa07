"""Download released weights that `mmrestore models` lists.

    mmrestore download dncnn_25_gray
    mmrestore download dncnn_25_gray --output weights

They go to the cache, where `--model NAME` finds them; with `--output` a copy goes to a folder too.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('name', help='one that `mmrestore models` lists')
    parser.add_argument('--output', metavar='DIR', help='folder of a copy; a file is replaced')


def run(options: argparse.Namespace) -> None:
    """Download, and print where the file lies."""
    from mmrestore.apis.model_cache import fetch_model
    from mmrestore.apis.released_models import find_model
    from mmrestore.apis.work_dir import check_folder

    model = find_model(options.name)
    if options.output is not None:
        check_folder(options.output)
    print(fetch_model(model, options.output))
