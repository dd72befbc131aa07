"""Arms that are not trained, and arms that use the checkpoints of others."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import torch
from small_experiment import TEXT, write_results

from mmrestore.analysis.comparing import read_experiment
from mmrestore.analysis.comparing.arms import is_filter
from mmrestore.analysis.comparing.jobs import list_jobs, needed_jobs, run_job
from mmrestore.analysis.comparing.running import run_jobs
from mmrestore.analysis.comparing.values import finished_seeds, read_values
from mmrestore.apis.results import TABLE
from mmrestore.engine.checkpoint import load_checkpoint

ARMS = """
arms.update(
    input=dict(
        config='supervised/quickstart',
        overrides={'model.backbone': dict(_delete_=True, type='UpscaledInput')},
    ),
    sharpened=dict(
        tests='plain',
        overrides={'model.inference.sharpen': dict(type='UnsharpMask', amount=0.5, std=1.0)},
    ),
    longer=dict(config='supervised/quickstart', checkpoints={'load_from': 'plain'}),
)
"""


def written(folder: Path, text: str = TEXT + ARMS) -> Path:
    """Write an experiment with all kinds of arms."""
    file = folder / 'kinds.py'
    file.write_text(text)
    return file


def test_kinds_of_arms(tmp_path):
    experiment = read_experiment(written(tmp_path))
    arms = experiment.arms
    assert is_filter(arms['input'].open(0)) and not is_filter(arms['plain'].open(0))
    assert arms['sharpened'].needed == arms['longer'].needed == {'plain'}
    assert arms['sharpened'].open(0).model.backbone == arms['plain'].open(0).model.backbone
    assert arms['longer'].open(0, {'plain': 'a.pth'}).load_from == 'a.pth'
    assert arms['longer'].open(0).load_from is None, 'the record holds no file of a seed'
    jobs = {job.name: job for job in list_jobs(experiment, tmp_path)}
    assert [name for name in jobs if 'input' in name] == ['input'], 'a filter is tested once'
    needed = needed_jobs(experiment, jobs['longer_seed_1'], list(jobs.values()))
    assert [job.name for job in needed] == ['plain_seed_1']


@pytest.mark.parametrize(
    ('before', 'after', 'message'),
    [
        ("tests='plain'", "tests='plane'", "got 'plane'. Did you mean plain"),
        ("tests='plain'", "tests='longer'", "listed before, got 'longer'"),
        ("{'load_from': 'plain'}", "{'load_from': 'sharpened'}", "trained .*, got 'sharpened'"),
    ],
)
def test_an_arm_needs_one_that_is_trained_before(tmp_path, before, after, message):
    with pytest.raises(ValueError, match=message):
        read_experiment(written(tmp_path, (TEXT + ARMS).replace(before, after)))


def test_a_filter_counts_for_every_seed(tmp_path):
    experiment = read_experiment(written(tmp_path))
    jobs = list_jobs(experiment, tmp_path)
    for job in jobs:
        if job.seed is None or job.seed == 1:
            write_results(job, {'a': 20.0 if job.seed is None else 30.0})
    assert finished_seeds(experiment, jobs) == [1]
    for job in jobs:
        if job.seed == 0:
            write_results(job, {'a': 31.0})
    (one,) = read_values(experiment, jobs)
    assert one.values['input'].tolist() == [[20.0], [20.0]]
    assert one.values['plain'].tolist() == [[31.0], [30.0]]


def test_arms_use_the_checkpoints_of_others(tmp_path):
    text = (TEXT + ARMS).replace('seeds = [0, 1]', 'seeds = [3]')
    experiment = read_experiment(written(tmp_path, text))
    jobs = {job.arm: job for job in list_jobs(experiment, tmp_path / 'runs')}
    with pytest.raises(ValueError, match='sharpened_seed_3 needs plain_seed_3, which is not'):
        run_job(experiment, jobs['sharpened'], list(jobs.values()))
    for arm in ('input', 'plain', 'sharpened', 'longer'):
        run_job(experiment, jobs[arm], list(jobs.values()))
    assert not list(jobs['sharpened'].folder.glob('*.pth'))
    assert not list(jobs['input'].folder.glob('*.pth'))
    (plain,) = jobs['plain'].folder.glob('epoch_1.pth')
    (longer,) = jobs['longer'].folder.glob('epoch_1.pth')
    first, second = (load_checkpoint(file)['state_dict'] for file in (plain, longer))
    assert not all(torch.equal(first[key], second[key]) for key in first)
    rows = {arm: (jobs[arm].results / TABLE).read_text() for arm in ('plain', 'sharpened', 'input')}
    assert len(set(rows.values())) == 3


def test_what_needs_a_failed_arm_is_not_begun(tmp_path, capsys, monkeypatch):
    def start(experiment, job, work_dir, place, num_processes):
        log = Path(work_dir, 'logs', f'{job.name}.log')
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text('lost\n')
        return subprocess.Popen(['false'])

    monkeypatch.setattr('mmrestore.analysis.comparing.running._start', start)
    text = (TEXT + ARMS).replace('seeds = [0, 1]', 'seeds = [0]')
    experiment = read_experiment(written(tmp_path, text))
    jobs = list_jobs(experiment, tmp_path)
    failed = run_jobs(experiment, jobs, tmp_path, num_processes=2)
    assert {job.arm for job in failed} == set(experiment.arms)
    said = capsys.readouterr().out
    assert 'sharpened_seed_0: not begun' in said and 'plain_seed_0: failed, lost' in said
