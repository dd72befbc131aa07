"""The tables of docs/combining.md: every cell is tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from backbone_table import ROWS
from strategy_runs import NETWORKS, settings_of

from mmrestore.config import open_config
from mmrestore.config.names import strategy_names
from mmrestore.registry import MODELS

PAGE = (Path(__file__).parents[1] / 'docs' / 'combining.md').read_text()
SIZES = {row.type: dict(type=row.type, **row.arguments) for row in reversed(ROWS)} | NETWORKS


def table(title: str) -> list[list[str]]:
    """Return the cells of the table of a section, its head first."""
    section = PAGE.split(f'\n## {title}\n')[1].split('\n## ')[0]
    lines = [line for line in section.split('\n') if line.startswith('|')]
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]
    return [cells[0], *cells[2:]]


def names_in(cell: str) -> list[str]:
    return re.search('`(.+)`', cell)[1].split()


def is_built(strategies: list[str], network: str, folder: Path) -> bool:
    settings = settings_of(strategies, SIZES[network], folder)
    settings['model.backbone'] = dict(_delete_=True, **SIZES[network])
    try:
        config = open_config('supervised/quickstart', settings, strategies)
        with torch.device('meta'):
            MODELS.build(config.model)
    except (TypeError, ValueError) as error:
        assert '\n' not in str(error)
        return False
    return True


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
    assert {'yes': True, 'no': False}[cell] == is_built(strategies, network, folder)


@pytest.mark.parametrize(('strategies', 'cell'), PAIRS)
def test_strategies_with_each_other(strategies, cell, folder):
    network = 'SwinIR' if 'masked' in strategies else 'ATBSN'
    assert {'yes': True, 'no': False}[cell] == is_built(strategies, network, folder)


def test_the_page_names_every_strategy():
    listed = PAGE.split('\n## ')[0]
    assert all(f'`{name}`' in listed for name in strategy_names())
