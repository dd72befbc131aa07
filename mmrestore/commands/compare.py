"""Train the arms of an experiment with several seeds, and compare them with a control arm.

    mmrestore compare experiments/traps.py
    mmrestore compare experiments/traps.py --jobs 4
    mmrestore compare experiments/traps.py --dry-run
    mmrestore compare experiments/traps.py --slurm jobs.sbatch

Finished trainings are kept: the same command resumes an interrupted comparison, and trains added
arms and seeds. Tables (Markdown, LaTeX, CSV, JSON), figures and report.html are written to the work
directory.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('experiment', help='config file with arms, control and seeds')
    parser.add_argument('--work-dir', metavar='DIR', help='work_dirs/experiments/NAME by default')
    parser.add_argument(
        '--jobs',
        type=int,
        default=1,
        metavar='N',
        help='concurrent trainings, which share the threads and GPUs of the machine; 1 by default',
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        '--dry-run',
        action='store_true',
        help='print the jobs, and estimate time, memory and disk space from a few steps per arm',
    )
    what.add_argument(
        '--slurm', metavar='FILE', help='write a job-array script of all trainings for sbatch'
    )
    what.add_argument(
        '--report', action='store_true', help='only compare finished trainings; train nothing'
    )
    what.add_argument('--job', metavar='NAME', help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> None:
    """Compare the arms and print the table and the verdicts."""
    from mmrestore.analysis import comparing
    from mmrestore.analysis.comparing.compare import (
        REPORT,
        default_folder,
        run_named_job,
        write_outcomes,
    )
    from mmrestore.analysis.comparing.estimate import estimate
    from mmrestore.analysis.comparing.jobs import list_jobs
    from mmrestore.analysis.comparing.running import slurm_script
    from mmrestore.analysis.comparing.tables import markdown
    from mmrestore.files import printable, write_text

    experiment = comparing.read_experiment(options.experiment)
    folder = options.work_dir or default_folder(experiment)
    jobs = list_jobs(experiment, folder)
    if options.job is not None:
        run_named_job(experiment, folder, options.job)
        return
    if options.dry_run:
        print(estimate(experiment, jobs, num_processes=options.jobs))
        return
    if options.slurm is not None:
        write_text(options.slurm, slurm_script(experiment, jobs, folder))
        print(
            f'{len(jobs)} trainings: run sbatch {options.slurm}, and after the trainings '
            f'mmrestore compare {options.experiment} --work-dir {folder} --report'
        )
        return
    if options.report:
        outcomes = write_outcomes(experiment, jobs, folder)
    else:
        outcomes = comparing.compare(experiment, folder, num_processes=options.jobs)
    print(markdown(outcomes), end='')
    print(f'written to {printable(folder)}: {REPORT}, results.md, .tex, .csv, .json, figures')
