"""The tables of docs/combining.md: every cell is tried."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from backbone_table import ROWS
from strategy_runs import NETWORKS, settings_of

from mmrestore.config import open_config
from mmrestore.config.names import strategy_names
from mmrestore.datasets import EmbeddedPhotographs, UnpairedDataset
from mmrestore.engine.rehearsal import rehearse
from mmrestore.registry import MODELS

PAGE = (Path(__file__).parents[1] / 'docs' / 'combining.md').read_text()
SIZES = {row.type: dict(type=row.type, **row.arguments) for row in reversed(ROWS)} | NETWORKS


# What "What is refused" lists, and the words of the message.
REASONS = {
    'Two strategies that set the same thing': r'^the strategies .* do not combine: ',
    'A strategy that the config, or another strategy, has already': r'already contains the strat',
    'Targets made from the inputs after pixels were hidden': r'after .* has hidden pixels',
    'Two batch transforms that make targets': r'discards the targets that',
    'Pixels that are hidden twice': r'both hide pixels',
    'Images that are taken apart into sub-images twice': r'both take images apart',
    'Masks around `PixelDownsampled`': r'put ComplementaryMasks before PixelDownsampled$',
    'Targets, weights or losses beside the pairs': r'PairRestorer (does not use|has the losses)',
    'A network that sees the pixels of its own noisy target': r'sees the pixels of its targets',
    'Targets of another size than the output': r'has scale .* goes with|enlarges|for super-res',
    'Self-training on several targets': r'needs one target per image',
    'Masks of attention layers': r'states no attention layers',
    'A blind spot at test': r'BlindSpot needs a network with a tunable blind spot',
}


def table(title: str) -> list[list[str]]:
    """Return the cells of the table of a section, its head first."""
    section = PAGE.split(f'\n## {title}\n')[1].split('\n## ')[0]
    lines = [line for line in section.split('\n') if line.startswith('|')]
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]
    return [cells[0], *cells[2:]]


def names_in(cell: str) -> list[str]:
    return re.search('`(.+)`', cell)[1].split()


@cache
def photographs(size: int, *, scale: int, clean: int | None) -> Any:
    """Patches of photographs, downscaled, beside clean ones of another size where asked."""

    def crops(split: str, size: int, *more: dict) -> EmbeddedPhotographs:
        crop = dict(type='RandomCrop', size=size)
        steps = [dict(type='LoadImage'), crop, *more, dict(type='PackInputs')]
        return EmbeddedPhotographs(split, pipeline=steps)

    smaller = [dict(type='BicubicDownsample', scale=scale)] if scale > 1 else []
    patches = crops('train', scale * size, *smaller)
    return patches if clean is None else UnpairedDataset(patches, crops('test', scale * clean))


def sizes_of(strategies: list[str]) -> tuple[int, int]:
    """Return sizes of patches that suit strategies and every network, and of what it restores."""
    if 'apbsn' in strategies:
        return 140, 160  # mosaics
    if 'amsnet' in strategies:
        return 160, 32  # sub-images
    return 64, 64


def refusal(strategies: list[str], network: str, folder: Path) -> str:
    """Return why a network is not trained so; empty if it is built and takes a patch."""
    settings = settings_of(strategies, SIZES[network], folder)
    settings['model.backbone'] = dict(_delete_=True, **SIZES[network])
    size, restored = sizes_of(strategies)
    clean = restored if {'adversarial', 'two_stage'} & set(strategies) else None
    try:
        config = open_config('supervised/quickstart', settings, strategies)
        with torch.device('meta'):
            model = MODELS.build(config.model)
        patches = photographs(size, scale=model.backbone.scale, clean=clean)
        rehearse(model, patches, {}, at='')
    except (TypeError, ValueError) as error:
        return str(error)
    return ''


def check(cell: str, found: str) -> None:
    """Check a cell of a table against a refusal."""
    if cell == 'yes':
        assert found == ''
        return
    assert cell == 'no' and '\n' not in found
    assert [what for what, words in REASONS.items() if re.search(words, found)], found


ON_NETWORKS = [
    pytest.param(names_in(row[0]), network, cell, id=f'{row[0]}-{network}')
    for head, *rows in [table('With which networks')]
    for row in rows
    for title, cell in zip(head[1:], row[1:], strict=True)
    for network in title.split(': ')[1].split(', ')
]
PAIRS = [
    pytest.param(names_in(row[0]) + names_in(title), cell, id=f'{row[0]}-{title}')
    for head, *rows in [table('With each other')]
    for row in rows
    for title, cell in zip(head[1:], row[1:], strict=True)
    if row[0] != title
]


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Where the weights of teachers lie."""
    return tmp_path_factory.mktemp('teachers')


@pytest.mark.parametrize(('strategies', 'network', 'cell'), ON_NETWORKS)
def test_strategies_on_networks(strategies, network, cell, folder):
    check(cell, refusal(strategies, network, folder))


@pytest.mark.parametrize(('strategies', 'cell'), PAIRS)
def test_strategies_with_each_other(strategies, cell, folder):
    network = 'SwinIR' if 'masked' in strategies else 'ATBSN'
    check(cell, refusal(strategies, network, folder))


def test_the_page_lists_the_reasons():
    refused = PAGE.split('\n## What is refused\n')[1]
    assert [what for what in REASONS if f'\n- {what}' not in refused] == []


def test_the_page_names_every_strategy():
    listed = PAGE.split('\n## ')[0]
    assert all(f'`{name}`' in listed for name in strategy_names())
