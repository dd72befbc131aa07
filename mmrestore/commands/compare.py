"""Train the arms of an experiment with several seeds, test them and compare them with a control.

    mmrestore compare experiments/traps.py
    mmrestore compare experiments/traps.py --jobs 4
    mmrestore compare experiments/traps.py --dry-run
    mmrestore compare experiments/traps.py --slurm jobs.sbatch

What is finished is kept: the same command resumes a stopped comparison, and adds arms and seeds.
Tables (Markdown, LaTeX, CSV, JSON), figures and report.html are in the work directory.
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
        help='trainings at once, which share the threads and GPUs of the machine; 1 by default',
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        '--dry-run',
        action='store_true',
        help='print the jobs, and time, memory and disk from a few measured steps of each arm',
    )
    what.add_argument(
        '--slurm', metavar='FILE', help='write a script for sbatch, an array of all trainings'
    )
    what.add_argument(
        '--report', action='store_true', help='only compare what is finished; train nothing'
    )
    what.add_argument('--job', metavar='NAME', help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> None:
    """Compare, and print the table and the verdicts."""
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
            f'{len(jobs)} trainings: sbatch {options.slurm}, and in the end '
            f'mmrestore compare {options.experiment} --work-dir {folder} --report'
        )
        return
    if options.report:
        outcomes = write_outcomes(experiment, jobs, folder)
    else:
        outcomes = comparing.compare(experiment, folder, num_processes=options.jobs)
    print(markdown(outcomes), end='')
    print(f'written to {printable(folder)}: {REPORT}, results.md, .tex, .csv, .json, figures')
