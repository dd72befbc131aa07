"""Train all arms of an experiment with all seeds, test them, and write the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmrestore.analysis.comparing import tables
from mmrestore.analysis.comparing.experiment import Experiment, read_experiment
from mmrestore.analysis.comparing.figures import draw_curves, draw_differences
from mmrestore.analysis.comparing.jobs import (
    COST,
    Job,
    check_record,
    list_jobs,
    read_curves,
    read_environment,
    run_job,
)
from mmrestore.analysis.comparing.outcome import Outcome, all_outcomes
from mmrestore.analysis.comparing.pictures import choose_crops
from mmrestore.analysis.comparing.report import report_page
from mmrestore.analysis.comparing.running import run_jobs
from mmrestore.analysis.comparing.values import finished_seeds, read_values
from mmrestore.apis.lock import own_folder
from mmrestore.apis.reporting.facts import (
    environment_rows,
    network_cells,
    step_cells,
)
from mmrestore.apis.work_dir import check_folder
from mmrestore.engine.curves import Curve
from mmrestore.files import read_json, write_atomically, write_text
from mmrestore.registry import suggest
from mmrestore.reports.levels import draw_levels, level_metrics
from mmrestore.version import __version__

REPORT = 'report.html'


def compare(
    experiment: Experiment | str | Path,
    work_dir: str | Path | None = None,
    *,
    num_processes: int = 1,
) -> list[Outcome]:
    """Train, test and compare; what ``mmrestore compare`` does.

    What is finished is kept: a stopped comparison, or one with further arms or seeds, goes on.

    Args:
        experiment: read by ``read_experiment``, or its file.
        work_dir: where trainings and results go; ``work_dirs/experiments/NAME`` by default.
        num_processes: trainings at once, which share the threads and GPUs of the machine.

    Returns:
        The outcomes of all arms, metrics and test sets, over the seeds that all arms finished.

    Raises:
        FileNotFoundError, ImportError, KeyError, TypeError, ValueError: see ``read_experiment``.
        RuntimeError: a training failed; the others are finished first.
    """
    if num_processes < 1:
        raise ValueError(f'expected at least 1 process, got {num_processes}')
    opened = experiment if isinstance(experiment, Experiment) else read_experiment(experiment)
    folder = Path(work_dir or default_folder(opened))
    check_folder(folder)
    jobs = list_jobs(opened, folder)
    with own_folder(folder):
        check_record(opened, folder)
        failed = run_jobs(opened, jobs, folder, num_processes=num_processes)
        outcomes = write_outcomes(opened, jobs, folder) if finished_seeds(opened, jobs) else []
    if failed:
        raise RuntimeError(
            f'{len(failed)} of {len(jobs)} trainings failed: '
            f'{", ".join(job.name for job in failed)}. The same command tries them again'
        )
    return outcomes


def default_folder(experiment: Experiment) -> Path:
    """Return the work directory of an experiment."""
    return Path('work_dirs', 'experiments', experiment.file.stem)


def run_named_job(experiment: Experiment, work_dir: str | Path, name: str) -> None:
    """Run one job, as the processes of a comparison and of a Slurm array do.

    Raises:
        ValueError: there is no such job.
    """
    jobs = {job.name: job for job in list_jobs(experiment, work_dir)}
    if name not in jobs:
        raise ValueError(f'there is no job {name!r}.{suggest(name, jobs)} Jobs: {", ".join(jobs)}')
    check_record(experiment, work_dir)
    if not jobs[name].done:
        run_job(experiment, jobs[name], list(jobs.values()))


def write_outcomes(
    experiment: Experiment, jobs: Sequence[Job], work_dir: str | Path
) -> list[Outcome]:
    """Compare the finished jobs, and write tables, figures and the report, each atomically.

    Raises:
        ValueError: no seed is finished, or arms were tested on different images.
        OSError: a file cannot be written.
    """
    measured = read_values(experiment, jobs)
    seeds = finished_seeds(experiment, jobs)
    outcomes = all_outcomes(measured, experiment.control)
    facts = {
        'title': experiment.title,
        'control': experiment.control,
        'seeds': seeds,
        'fixed': experiment.fixed,
        'protocols': {m.name: m.protocol for m in measured},
    }
    compared = {outcome.metric for outcome in outcomes}
    runs = {
        arm: [read_curves(job) for job in jobs if job.arm == arm and job.done]
        for arm in experiment.arms
    }
    means = {arm: {m.name: m.values[arm].mean(axis=1) for m in measured} for arm in experiment.arms}
    drawn = {
        'Differences to the control: blue over seeds, gray over seeds and images': draw_differences(
            outcomes
        ),
        **{
            f'{metric} in training: mean and range over seeds': draw_curves(runs, metric)
            for metric in sorted(compared)
        },
        **{
            f'{metric} against the level: mean and range over seeds': draw_levels(means, metric)
            for metric in level_metrics(m.name for m in measured)
        },
    }
    figures = {caption: figure for caption, figure in drawn.items() if figure is not None}
    first = next(m for m in measured if m.name in compared)
    crops = {arm: choose_crops(experiment, jobs, first, arm) for arm in experiment.others}
    text = report_page(
        experiment,
        outcomes,
        measured,
        seeds=seeds,
        figures=figures,
        crops=crops,
        costs=_costs(experiment, jobs, runs),
        environment=_environment(jobs),
    )
    folder = Path(work_dir)
    write_text(folder / 'results.md', tables.markdown(outcomes))
    write_text(folder / 'results.tex', tables.latex(outcomes))
    write_text(folder / 'results.csv', tables.as_csv(outcomes))
    write_text(folder / 'results.json', tables.as_json(outcomes, facts))
    for number, figure in enumerate(figures.values(), 1):
        _save(folder / f'figure_{number}.png', figure)
    write_text(folder / REPORT, text)
    return outcomes


def _save(path: Path, figure: Any) -> None:
    write_atomically(path, lambda file: figure.savefig(file, format='png', dpi=150))


def _costs(
    experiment: Experiment, jobs: Sequence[Job], runs: Mapping[str, Sequence[Mapping[str, Curve]]]
) -> list[list[object]]:
    """Return a row for each arm, under ``COST_HEADER``."""
    found: list[list[object]] = []
    for name, arm in experiment.arms.items():
        own = [job for job in jobs if job.arm == name and job.done]
        hours = [read_json(job.folder / COST).get('seconds', 0.0) / 3600 for job in own]
        network = network_cells(arm.open(experiment.seeds[0]))
        spent = ', '.join(f'{each:.2f}' for each in hours)
        found.append([name, *network, *step_cells(runs[name]), spent])
    return found


def _environment(jobs: Sequence[Job]) -> list[list[object]]:
    """Return what the finished trainings ran with."""
    rows = environment_rows(read_environment(job) for job in jobs if job.done)
    return [*rows, ['report by', f'mmrestore {__version__}']]
