"""What a patch costs: decoded images cost less than files, by the numbers of the report."""

from __future__ import annotations

import pytest
from image_files import write_images

from mmrestore.analysis.loader_benchmark import measure_loading
from mmrestore.commands import main


def test_decoded_images_cost_less_than_files(tmp_path):
    write_images(tmp_path / 'photos', '1.png', '2.png', height=600, width=700)
    options = {'patch': 16, 'batch': 2, 'batches': 8, 'rounds': 1, 'cache_dir': tmp_path / 'cache'}
    costs = measure_loading(tmp_path / 'photos', **options)
    assert list(costs) == ['files', "cache='disk'", 'cache=True']
    for name in ("cache='disk'", 'cache=True'):
        assert 0 < 3 * costs[name].drawn < costs['files'].drawn
    assert len(list((tmp_path / 'cache').rglob('*.npy'))) == 2
    with pytest.raises(ValueError, match='at least 1'):
        measure_loading(tmp_path / 'photos', rounds=0)


def test_the_command_prints_a_table(tmp_path, capsys):
    write_images(tmp_path / 'photos', '1.png', height=40, width=40)
    words = ['--patch', '8', '--batches', '1', '--rounds', '1', '--batch', '2', '--images', '1']
    main(['data', 'benchmark', str(tmp_path / 'photos'), *words])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith('| ')]
    assert [line.split(' | ')[0] for line in lines[2:]] == [
        '| files',
        "| cache='disk'",
        '| cache=True',
    ]
