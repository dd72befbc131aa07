"""List released weights that are available by name.

    mmrestore models
    mmrestore models swinir noise
    mmrestore models hat_s_x4 --details

Each line has the name, purpose, license and file size of weights. With words, only lines that
contain all words are printed. ``--details`` with a full name describes only these weights. Nothing
is downloaded.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.listing import add_words, check_found, print_matching


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_words(parser)
    parser.add_argument('--details', action='store_true', help='print all facts about each')


def run(options: argparse.Namespace) -> None:
    """Print the list."""
    from mmrestore.apis.model_cache import size_and_license, verification
    from mmrestore.apis.released_models import list_models

    if not options.details:
        lines = ((m.name, f'{m.purpose} ({size_and_license(m)})') for m in list_models())
        print_matching(lines, options.words)
        return
    models = list_models(*options.words)
    models = [model for model in models if [model.name] == options.words] or models
    check_found(models, options.words)
    for model in models:
        lines_of_one = {
            'purpose': model.purpose,
            'file': f'{model.file_name}, {size_and_license(model)}',
            'verified by': verification(model),
            "published by its authors (the paper's figure)": model.published,
            'tested with mmrestore': 'yes' if model.tried else 'no',
            'config': model.config,
            'overrides': ' '.join(f'{k}={v}' for k, v in model.overrides.items()),
            'weights under': model.key or '',
            'from': ', '.join(model.urls) or 'part of mmrestore, nothing is downloaded',
            'authors': model.source,
        }
        print(model.name)
        print('\n'.join(f'    {what}: {text}' for what, text in lines_of_one.items() if text))
