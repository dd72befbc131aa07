"""How cost grows: curves of the amounts that are asked for, and the page that shows them."""

from __future__ import annotations

import pytest

from mmrestore.analysis import growth
from mmrestore.analysis.growth import Growth
from mmrestore.commands import main


def test_steps_are_counted_in_tenths():
    curve = growth.over_iterations(20)
    assert curve.amounts == [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    assert all(cost > 0 for cost in curve.costs)


def test_more_files_cost_more():
    first, again = growth.over_files([2, 400])
    assert first.costs[1] > first.costs[0]
    assert again.costs[1] < 2 * first.costs[1]


def test_more_pixels_cost_more():
    seconds, memory = growth.over_megapixels([0.01, 0.25])
    assert seconds.costs[1] > 2 * seconds.costs[0]
    assert min(memory.costs) > 0


def test_rates_of_workers_and_processes():
    workers = growth.over_workers([0, 1], batches=3, batch=2)
    processes = growth.over_processes([1], steps=1)
    assert min(*workers.costs, *processes.costs) > 0


def test_the_command_writes_a_page_and_its_numbers(tmp_path, monkeypatch, capsys):
    curves = [Growth('Restoring', 'megapixels', [1, 2], 'CPU time, s', [2.5, 5])]
    monkeypatch.setattr(growth, 'measure_growth', lambda iterations: curves)
    main(['benchmark', '--growth', str(tmp_path / 'growth.png')])
    assert '| Restoring | 2 megapixels | 5 | CPU time, s |' in capsys.readouterr().out
    assert (tmp_path / 'growth.png').stat().st_size > 1000
    assert (tmp_path / 'growth.csv').read_text().splitlines()[1].startswith('Restoring,1 mega')
    with pytest.raises(SystemExit):
        main(['benchmark', '--growth', str(tmp_path / 'growth.pdf')])
