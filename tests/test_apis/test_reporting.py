"""Reports of single trainings: what is on the page, and what a browser makes of it."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from chromium import shown_document
from exit_status import exit_status

from mmrestore.apis import report, train
from mmrestore.apis.reporting.facts import environment_rows, step_cells
from mmrestore.apis.reporting.report import run_names
from mmrestore.apis.reporting.run import find_runs
from mmrestore.engine.checkpoint import load_checkpoint
from mmrestore.engine.curves import Curve
from mmrestore.reports.levels import draw_levels, level_metrics, read_place

SMALL = {
    'model.backbone': dict(_delete_=True, type='DnCNN', in_channels=3, channels=4, num_layers=3),
    'train_cfg.max_epochs': 2,
    'train_cfg.val_interval': 1,
    'train_dataloader.num_workers': 0,
    'train_dataloader.sampler.repeat': 4,
    'train_dataloader.dataset.pipeline.patch.size': 16,
    'val_dataloader.num_workers': 0,
    'test_dataloader.num_workers': 0,
}
HOSTILE = '<b>run & "1"'


@pytest.fixture(scope='module')
def runs(tmp_path_factory) -> list[Path]:
    """Two trainings: one that writes its report in the end, and one that does not."""
    folder = tmp_path_factory.mktemp('runs')
    one = train('supervised/quickstart', overrides=SMALL, work_dir=folder / HOSTILE)
    more = {**SMALL, 'report': False, 'optim_wrapper.optimizer.lr': 2e-3}
    return [one, train('supervised/quickstart', overrides=more, work_dir=folder / 'other')]


def image_values(run: Path) -> dict[tuple[str, str], float]:
    rows = csv.DictReader((run / 'results/images.csv').read_text().splitlines())
    return {(row['image'], row['metric']): float(row['value']) for row in rows}


def test_a_training_writes_its_report(runs):
    one, other = runs
    assert not (other / 'report.html').exists() and not (other / 'results').exists()
    page = (one / 'report.html').read_text()
    assert HOSTILE not in page and '&lt;b&gt;run &amp; &quot;1&quot;' in page
    assert 'epoch 2 of 2, seed 0' in page
    for value in image_values(one).values():
        assert f'{value:.4f}' in page
    assert page.count('class="slider"') == 2, 'of two images one is the worst, one the rest'
    assert page.count('ground truth') >= 2 and 'rounded to 8 bit' in page
    assert "type='DnCNN'" in page.replace('&#x27;', "'")
    assert '<td>threads</td>' in page and 'was built with' not in page
    weights = load_checkpoint(one / 'epoch_2.pth')['state_dict']
    running = ('running_mean', 'running_var', 'num_batches_tracked')
    count = sum(v.numel() for k, v in weights.items() if not k.endswith(running))
    operations = 256**2 * 9 * (3 * 4 + 4 * 4 + 4 * 3) / 1e9
    assert f'<td>{count}</td><td>{operations:.2f}</td>' in page


def test_nothing_is_loaded_from_elsewhere(runs):
    page = (runs[0] / 'report.html').read_text()
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    assert "default-src 'none'" in page.replace('&#x27;', "'")


def test_the_page_in_a_browser(runs, tmp_path):
    document = shown_document(runs[0] / 'report.html', tmp_path)
    assert '<h1>&lt;b&gt;run &amp; "1"</h1>' in document
    assert document.count('<figure>') >= 5, 'curves, sliders, ground truths'


def test_several_runs_are_compared(runs, tmp_path):
    target = tmp_path / 'page.html'
    report(runs, target)
    page = target.read_text()
    values = [image_values(run) for run in runs]
    psnr = [np.mean([v for (_, m), v in each.items() if m == 'PSNR']) for each in values]
    assert f'{psnr[1] - psnr[0]:+.4f}' in page
    better = sum(
        values[1][image, 'PSNR'] > value
        for (image, metric), value in values[0].items()
        if metric == 'PSNR'
    )
    assert f'<td>{better} of 2</td>' in page
    assert '<td>optim_wrapper.optimizer.lr</td><td>0.004</td><td>0.002</td>' in page
    assert page.count('class="slider"') == 2


def test_a_run_is_tested_once(runs):
    summary = runs[0] / 'results/results.json'
    before = summary.stat().st_mtime_ns
    page = (runs[0] / 'report.html').read_bytes()
    assert report(runs[0]) == runs[0] / 'report.html'
    assert summary.stat().st_mtime_ns == before
    assert (runs[0] / 'report.html').read_bytes() == page, 'the same page for the same run'


def test_a_test_of_another_checkpoint_does_not_count(runs):
    summary = runs[1] / 'results/results.json'
    report(runs[1])
    facts = json.loads(summary.read_text())
    facts['checkpoint']['sha256'] = 'of another'
    summary.write_text(json.dumps(facts))
    report(runs[1])
    assert json.loads(summary.read_text())['checkpoint']['sha256'] != 'of another'


def test_a_training_in_stages_has_one_page(runs, tmp_path):
    assert find_runs(runs[0].parent) == runs
    with pytest.raises(ValueError, match='holds no checkpoint of a training'):
        find_runs(tmp_path)
    with pytest.raises(FileNotFoundError, match='there is no folder'):
        find_runs(tmp_path / 'missing')


def test_mistakes_on_the_command_line(tmp_path, capsys):
    assert exit_status('report', str(tmp_path)) == 1
    assert 'holds no checkpoint' in capsys.readouterr().err
    assert exit_status('report', str(tmp_path), '--output', str(tmp_path / 'page.pdf')) == 1
    assert 'expected NAME.html' in capsys.readouterr().err


def test_the_command(runs, tmp_path, capsys):
    target = tmp_path / 'page.html'
    assert exit_status('report', str(runs[0]), '--output', str(target)) == 0
    assert target.read_text().startswith('<!doctype html>')
    assert 'written: ' in capsys.readouterr().out


def test_a_failing_report_is_no_failure_of_the_training(tmp_path, monkeypatch):
    def fail(*args: object, **options: object) -> None:
        raise ValueError('no test sets')

    monkeypatch.setattr('mmrestore.apis.training.report', fail)
    with pytest.warns(UserWarning, match='the report is missing: no test sets'):
        run = train('supervised/quickstart', overrides=SMALL, work_dir=tmp_path / 'run')
    assert list(run.glob('epoch_2.pth'))


def test_names_of_runs_differ():
    assert run_names([Path('a/x'), Path('b/y')]) == ['x', 'y']
    assert run_names([Path('a/x'), Path('b/x')]) == ['a/x', 'b/x']
    assert run_names([Path('a/x')]) == ['x']


def test_facts_of_older_checkpoints_are_versions():
    rows = environment_rows([{'versions': {'torch': '2.1'}}, {'environment': {'torch': '2.2'}}])
    assert rows == [['torch', '2.1, 2.2']]
    curve = Curve(np.arange(3), np.array([0.1, 0.2, 0.9]))
    assert step_cells([{'time': curve, 'memory': curve}]) == ['0.200', '1']
    assert step_cells([{}]) == ['', '']


def test_levels_are_read_off_names():
    assert read_place('a/noise_1e-05/PSNR').level == 1e-5
    assert read_place('a/camera/PSNR') is None and read_place('PSNR') is None
    assert level_metrics(['a/n_1/PSNR', 'b/n_2/PSNR']) == [], 'of two test sets'


def test_a_metric_is_drawn_against_the_level():
    values = {
        'plain': {
            'a/noise_25/PSNR': np.array([28.0, 30.0]),
            'a/noise_5/PSNR': np.array([34.0, 36.0]),
            'a/noise_5/PSNR_of_input': np.array([33.0]),
            'a/noise_25/PSNR_of_input': np.array([20.0]),
            'a/camera/PSNR': np.array([30.0, 30.0]),
        }
    }
    figure = draw_levels(values, 'PSNR')
    (panel,) = figure.axes
    line, given = panel.lines
    assert list(line.get_xdata()) == [5.0, 25.0] and line.get_ydata().tolist() == [35.0, 29.0]
    assert given.get_ydata().tolist() == [33.0, 20.0] and panel.get_title() == 'a/noise'
    band = panel.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == 28 and band.max() == 36
    assert draw_levels({'plain': {'a/camera/PSNR': np.array([30.0])}}, 'PSNR') is None
