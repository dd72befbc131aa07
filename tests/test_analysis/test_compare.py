"""Experiments: reading, jobs, outcomes and what is written."""

from __future__ import annotations

import csv
import json
import math
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from chromium import shown_document
from exit_status import exit_status
from small_experiment import TEXT, write_results

from mmrestore.analysis.comparing import compare, read_experiment
from mmrestore.analysis.comparing.compare import write_outcomes
from mmrestore.analysis.comparing.jobs import COST, check_record, list_jobs, run_job
from mmrestore.analysis.comparing.outcome import all_outcomes
from mmrestore.analysis.comparing.running import share_of_machine, slurm_script
from mmrestore.analysis.comparing.tables import HEADER, as_csv, latex, markdown
from mmrestore.analysis.comparing.values import Measured, read_values
from mmrestore.apis.results import TABLE


def written(folder: Path, *changes: tuple[str, str], name: str = 'shuffling') -> Path:
    """Write the experiment with texts replaced."""
    text = TEXT
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file = folder / f'{name}.py'
    file.write_text(text)
    return file


def measured(differences: np.ndarray, *, metric: str = 'set/PSNR', higher: bool = True) -> Measured:
    """Return values whose differences to the control are given."""
    plain = np.arange(differences.size, dtype=float).reshape(differences.shape)
    images = [f'{i}' for i in range(differences.shape[1])]
    return Measured(metric, higher, '', images, {'plain': plain, 'arm': plain + differences})


def test_an_experiment_is_read(tmp_path):
    experiment = read_experiment(written(tmp_path))
    assert list(experiment.arms) == ['plain', 'shuffled'] and experiment.others == ['shuffled']
    assert experiment.seeds == (0, 1) and experiment.title == 'Shuffling <pixels>'
    config = experiment.arms['shuffled'].open(7)
    assert config.randomness.seed == 7 and config.model.backbone.type == 'DnCNN'
    assert 'shuffle' in config.model.data_preprocessor.batch_transforms
    jobs = list_jobs(experiment, tmp_path)
    assert [job.name for job in jobs][:2] == ['plain_seed_0', 'shuffled_seed_0']


@pytest.mark.parametrize(
    ('before', 'after', 'message'),
    [
        ("control = 'plain'", "control = 'plane'", "control='plane'. Did you mean plain"),
        ('seeds = [0, 1]', 'seeds = [0, 0]', 'expected seeds as a list of different numbers'),
        ('seeds = [0, 1]', 'seeds = 3', 'expected seeds as a list of different numbers'),
        ("strategies=['traps']", "strategies=['trap']", "arm 'shuffled' of .*Did you mean traps"),
        ("strategies=['traps']", "strategy=['traps']", "arm 'shuffled' of .*expected a name of"),
        ('arms = dict(', 'armes = dict(', 'is no experiment: expected arms'),
        ("'train_cfg.max_epochs'", "'train_cfg.max_epoch'", "arm 'plain' of .*max_epochs"),
    ],
)
def test_mistakes_come_before_the_first_training(tmp_path, before, after, message):
    file = written(tmp_path, (before, after))
    with pytest.raises((ValueError, KeyError, TypeError, FileNotFoundError), match=message):
        read_experiment(file)


def test_two_experiments_are_not_mixed(tmp_path):
    work_dir = tmp_path / 'runs'
    check_record(read_experiment(written(tmp_path)), work_dir)
    check_record(read_experiment(written(tmp_path, ('[0, 1]', '[0, 1, 2]'))), work_dir)
    other = read_experiment(written(tmp_path, ("patch.size': 16", "patch.size': 24")))
    check_record(other, work_dir)  # nothing has begun
    (work_dir / 'shuffled').mkdir()
    with pytest.raises(ValueError, match=r"of arm 'shuffled' with another config \(now: .*16"):
        check_record(read_experiment(written(tmp_path)), work_dir)


def test_only_finished_seeds_count(tmp_path):
    experiment = read_experiment(written(tmp_path))
    jobs = list_jobs(experiment, tmp_path)
    with pytest.raises(ValueError, match='no seed of the experiment is finished'):
        read_values(experiment, jobs)
    for job, shift in zip(jobs[:3], (0.0, 0.5, 9.0), strict=True):
        write_results(job, {'a': 30 + shift, 'b': 31 + shift})
    (one,) = read_values(experiment, jobs)
    assert one.name == 'set/PSNR' and one.protocol == 'in words' and one.images == ['a', 'b']
    assert one.values['shuffled'].tolist() == [[30.5, 31.5]]
    write_results(jobs[3], {'a': 30.0, 'c': 31.0})
    with pytest.raises(ValueError, match=r"arm 'shuffled' was tested on other images of set"):
        read_values(experiment, jobs)


def test_verdicts():
    seeds = np.array([0.1, 0.12, 0.09])
    better = all_outcomes([measured(np.tile(seeds[:, None], 4))], 'plain')[1]
    assert better.verdict == 'arm by set/PSNR: better than the control'
    assert better.better == better.images == 4 and better.p_value < 0.05
    assert better.over_seeds.mean == pytest.approx(seeds.mean())
    lower = measured(np.tile(seeds[:, None], 4), metric='set/LPIPS', higher=False)
    assert 'worse than the control' in all_outcomes([lower], 'plain')[1].verdict
    unclear = all_outcomes([measured(np.tile([[0.1], [-0.1], [0.05]], 4))], 'plain')[1]
    assert 'not told apart' in unclear.verdict and 'seeds would tell' in unclear.verdict
    single = all_outcomes([measured(np.ones((1, 4)))], 'plain')[1]
    assert 'single seed' in single.verdict and math.isinf(single.over_seeds.high)
    infinite = measured(np.array([[0.1, np.inf], [0.1, 0.1]]))
    assert 'not finite' in all_outcomes([infinite], 'plain')[1].verdict
    equal = measured(np.zeros((2, 2)), metric='set/PSNR_of_input')
    names = {o.metric for o in all_outcomes([equal, measured(np.ones((2, 2)))], 'plain')}
    assert names == {'set/PSNR'}, 'what is equal in all arms is of the inputs'


def test_several_arms_are_corrected_for():
    one = measured(np.tile([[0.1], [0.13], [0.08]], 4))
    alone = all_outcomes([one], 'plain')[1].p_value
    one.values.update(second=one.values['plain'], third=one.values['plain'] + 0.001)
    assert all_outcomes([one], 'plain')[1].p_value == pytest.approx(
        2 * alone
    )  # the third comes first, by p = 0


def test_tables():
    outcomes = all_outcomes([measured(np.tile([[0.1], [0.12], [0.09]], 4), metric='a_b')], 'plain')
    lines = markdown(outcomes).splitlines()
    assert lines[0].count('|') == lines[2].count('|') == len(HEADER) + 1
    assert '| a_b | arm | ' in lines[3] and '+0.1033' in lines[3]
    text = latex(outcomes)
    assert r'a\_b & arm' in text and text.count(r' \\') == 3 and r'95 \% interval' in text
    row = list(csv.DictReader(as_csv(outcomes).splitlines()))[1]
    assert float(row['difference']) == outcomes[1].over_seeds.mean


@pytest.fixture(scope='module')
def compared(tmp_path_factory) -> tuple[Path, list]:
    """A comparison of two tiny trainings with two seeds, in this process."""
    folder = tmp_path_factory.mktemp('compared')
    experiment = read_experiment(written(folder))
    jobs = list_jobs(experiment, folder / 'runs')
    for job in jobs:
        run_job(experiment, job, jobs)
    return folder / 'runs', write_outcomes(experiment, jobs, folder / 'runs')


def test_a_comparison(compared):
    folder, outcomes = compared
    assert {o.metric for o in outcomes} == {'embedded/PSNR', 'embedded/SSIM'}
    names = {path.name for path in folder.iterdir()}
    assert {'report.html', 'results.md', 'results.tex', 'results.csv', 'results.json'} <= names
    facts = json.loads((folder / 'results.json').read_text())
    assert facts['seeds'] == [0, 1] and len(facts['outcomes']) == 4
    assert not list(folder.glob('*/seed_1/results/images/*/*')), 'images of the first seed only'
    tables = [folder / f'plain/seed_{seed}/results' / TABLE for seed in (0, 1)]
    rows = [row for table in tables for row in csv.DictReader(table.read_text().splitlines())]
    mean = np.mean([float(row['value']) for row in rows if row['metric'] == 'PSNR'])
    assert outcomes[0].metric == 'embedded/PSNR' and outcomes[0].mean == pytest.approx(mean)


def test_the_page(compared, tmp_path):
    folder, _ = compared
    page = (folder / 'report.html').read_text()
    assert 'Shuffling &lt;pixels&gt;' in page and '<pixels>' not in page
    assert page.count('class="slider"') == 3 and 'ground truth' in page
    assert 'IntraPatchPixelShuffle' in page, 'what the arms differ in'
    assert 'src="http' not in page and '<link' not in page


def test_the_page_in_a_browser(compared, tmp_path):
    folder, _ = compared
    document = shown_document(folder / 'report.html', tmp_path)
    assert '<h1>Shuffling &lt;pixels&gt;</h1>' in document


def test_levels_and_costs_are_in_the_report(tmp_path):
    experiment = read_experiment(written(tmp_path))
    jobs = list_jobs(experiment, tmp_path / 'runs')
    for number, job in enumerate(jobs):
        write_results(job, {})
        rows = [
            [f'set/noise_{level}', image, 'PSNR', 40 - level + number / 10]
            for level in (5, 25)
            for image in 'ab'
        ]
        with open(job.results / TABLE, 'a', newline='') as file:
            csv.writer(file).writerows(rows)
        (job.folder / COST).write_text('{"seconds": 36, "environment": {"GPU 0": "a <GPU>"}}')
    write_outcomes(experiment, jobs, tmp_path / 'runs')
    page = (tmp_path / 'runs/report.html').read_text()
    assert 'PSNR against the level: mean and range over seeds' in page
    parameters = 3 * 4 * 9 + 4 + 4 * 4 * 9 + 4 + 8 + 4 * 3 * 9 + 3
    operations = 256**2 * 9 * (3 * 4 + 4 * 4 + 4 * 3) / 1e9
    cells = f'<td>{parameters}</td><td>{operations:.2f}</td><td></td><td></td><td>0.01, 0.01</td>'
    assert page.count(cells) == 2
    assert '<td>GPU 0</td><td>a &lt;GPU&gt;</td>' in page


def test_a_report_of_a_training_does_not_make_it_another(tmp_path):
    work_dir = tmp_path / 'runs'
    check_record(read_experiment(written(tmp_path)), work_dir)
    (work_dir / 'plain').mkdir()
    change = ("'train_cfg.max_epochs': 1", "'report': False, 'train_cfg.max_epochs': 1")
    check_record(read_experiment(written(tmp_path, change)), work_dir)


def test_a_finished_comparison_trains_nothing(compared, tmp_path, capsys):
    folder, outcomes = compared
    before = (folder / 'report.html').read_bytes()
    again = compare(written(tmp_path), folder)
    assert again == outcomes and (folder / 'report.html').read_bytes() == before


def test_a_failing_training_is_named_and_the_others_go_on(tmp_path, capsys, monkeypatch):
    def start(experiment, job, work_dir, place, num_processes):
        log = Path(work_dir, 'logs', f'{job.name}.log')
        log.parent.mkdir(parents=True, exist_ok=True)
        if job.arm == 'shuffled':
            log.write_text('begun\nthere is no checkpoint lost.pth\n\n')
            return subprocess.Popen(['false'])
        write_results(job, {'a': 30.0})
        return subprocess.Popen(['true'])

    monkeypatch.setattr('mmrestore.analysis.comparing.running._start', start)
    file = written(tmp_path, ('seeds = [0, 1]', 'seeds = [0]'))
    words = ['compare', str(file), '--work-dir', str(tmp_path / 'runs'), '--jobs', '2']
    assert exit_status(*words) == 1
    said = capsys.readouterr()
    assert 'shuffled_seed_0: failed, there is no checkpoint lost.pth' in said.out
    assert 'plain_seed_0: done, 1 of 2' in said.out
    assert '1 of 2 trainings failed: shuffled_seed_0' in said.err


def test_a_stopped_comparison_stops_its_trainings(tmp_path):
    file = written(tmp_path, ("'train_cfg.max_epochs': 1", "'train_cfg.max_epochs': 5000"))
    words = ['compare', str(file), '--work-dir', str(tmp_path / 'runs')]
    process = subprocess.Popen([sys.executable, '-m', 'mmrestore', *words], stdout=subprocess.PIPE)
    scalars = tmp_path / 'runs/plain/seed_0'
    deadline = time.monotonic() + 120
    while (
        not list(scalars.glob('epoch_*.pth'))
        and time.monotonic() < deadline
        and process.poll() is None
    ):
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(120) == 130
    assert list(scalars.glob('*.pth')) and not (tmp_path / 'runs/shuffled').exists()
    assert not (tmp_path / 'runs/plain/seed_0/results').exists()


def test_threads_are_shared_out(monkeypatch):
    monkeypatch.delenv('OMP_NUM_THREADS', raising=False)
    monkeypatch.setattr('os.sched_getaffinity', lambda pid: set(range(8)))
    assert share_of_machine(0, 2)['OMP_NUM_THREADS'] == '4'
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    assert share_of_machine(0, 2)['OMP_NUM_THREADS'] == '1'


def test_gpus_are_shared_out(monkeypatch):
    monkeypatch.setattr('torch.cuda.is_available', lambda: True)
    monkeypatch.setattr('torch.cuda.device_count', lambda: 2)
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '4,6')
    found = [share_of_machine(place, 3)['CUDA_VISIBLE_DEVICES'] for place in range(3)]
    assert found == ['4', '6', '4']


def test_a_script_for_slurm(tmp_path):
    experiment = read_experiment(written(tmp_path))
    script = tmp_path / 'jobs.sbatch'
    script.write_text(slurm_script(experiment, list_jobs(experiment, 'runs'), 'runs'))
    subprocess.run(['bash', '-n', str(script)], check=True)
    text = script.read_text()
    assert '#SBATCH --array=0-3' in text and 'plain_seed_0 shuffled_seed_0' in text


def test_a_dry_run(tmp_path, capsys):
    words = ['compare', str(written(tmp_path)), '--work-dir', str(tmp_path / 'runs'), '--dry-run']
    assert exit_status(*words) == 0
    said = capsys.readouterr().out
    assert '| shuffled | 2 | 6 |' in said and 'hours of training' in said
    assert not (tmp_path / 'runs').exists()
