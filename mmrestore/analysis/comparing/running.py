"""Run jobs in parallel processes, each with its share of threads and GPUs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from mmrestore.analysis.comparing.experiment import Experiment
from mmrestore.analysis.comparing.jobs import Job, needed_jobs
from mmrestore.files import printable

LOOK = 0.2  # seconds between looks at the processes
GRACE = 120  # seconds in which a stopped training saves its checkpoint


def run_jobs(
    experiment: Experiment, jobs: Sequence[Job], work_dir: str | Path, *, num_processes: int
) -> list[Job]:
    """Run jobs that are not done; each resumes where it was stopped.

    CPU cores and GPUs are shared out among the processes. What a job prints goes to
    ``WORK_DIR/logs/ARM_seed_SEED.log``. After Ctrl-C or SIGTERM the trainings save a checkpoint.

    Args:
        experiment: what is compared.
        jobs: its jobs.
        work_dir: where results go.
        num_processes: how many run at once.

    Returns:
        The jobs that failed.

    Raises:
        KeyboardInterrupt: the process was stopped.
    """
    waiting = [job for job in jobs if not job.done]
    total = len(jobs)
    failed: list[Job] = []
    running: dict[int, tuple[Job, subprocess.Popen]] = {}
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        while waiting or running:
            while len(running) < num_processes and (job := _next(experiment, waiting, jobs)):
                place = next(i for i in range(num_processes) if i not in running)
                waiting.remove(job)
                running[place] = (job, _start(experiment, job, work_dir, place, num_processes))
                print(f'{job.name}: begun', flush=True)
            if waiting and not running:
                for job in waiting:
                    print(f'{job.name}: not begun, another arm that it needs failed', flush=True)
                return [*failed, *waiting]
            for place, (job, process) in list(running.items()):
                if process.poll() is None:
                    continue
                del running[place]
                if process.returncode or not job.done:
                    failed.append(job)
                    print(f'{job.name}: failed, {_last_line(_log(job, work_dir))}', flush=True)
                else:
                    done = sum(each.done for each in jobs)
                    print(f'{job.name}: done, {done} of {total}', flush=True)
            time.sleep(LOOK)
    finally:
        signal.signal(signal.SIGTERM, before)
        _stop([process for _, process in running.values()])
    return failed


def _next(experiment: Experiment, waiting: Sequence[Job], jobs: Sequence[Job]) -> Job | None:
    """Return the first waiting job whose checkpoints of other arms are there."""
    return next(
        (
            job
            for job in waiting
            if all(needed.done for needed in needed_jobs(experiment, job, jobs))
        ),
        None,
    )


def _start(
    experiment: Experiment, job: Job, work_dir: str | Path, place: int, num_processes: int
) -> subprocess.Popen:
    words = ['compare', str(experiment.file), '--work-dir', str(work_dir), '--job', job.name]
    log = _log(job, work_dir)
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, 'ab') as file:
        return subprocess.Popen(
            [sys.executable, '-m', 'mmrestore', *words],
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **share_of_machine(place, num_processes)},
            start_new_session=True,  # Ctrl-C reaches it once, from here
        )


def share_of_machine(place: int, num_processes: int) -> dict[str, str]:
    """Return the environment of one of several processes: its threads, and its GPU.

    Threads that a person has limited by ``OMP_NUM_THREADS`` stay limited.

    Examples:
        >>> share_of_machine(0, 10**6)['OMP_NUM_THREADS']
        '1'
    """
    given = os.environ.get('OMP_NUM_THREADS', '')
    cores = int(given) if given.isdecimal() else len(os.sched_getaffinity(0)) // num_processes
    share = {'OMP_NUM_THREADS': str(max(1, cores))}
    num_gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if num_gpus > 1:
        visible = os.environ.get('CUDA_VISIBLE_DEVICES') or ','.join(map(str, range(num_gpus)))
        share['CUDA_VISIBLE_DEVICES'] = visible.split(',')[place % num_gpus]
    return share


def slurm_script(experiment: Experiment, jobs: Sequence[Job], work_dir: str | Path) -> str:
    """Return a script for ``sbatch``: an array of the jobs, each queued again until it is done."""
    names = ' '.join(job.name for job in jobs)
    return f"""#!/bin/bash
#SBATCH --job-name={experiment.file.stem}
#SBATCH --array=0-{len(jobs) - 1}
#SBATCH --gres=gpu:1
#SBATCH --requeue
#SBATCH --signal=B:TERM@300

jobs=({names})
trap 'kill -TERM $!; wait $!; scontrol requeue "$SLURM_JOB_ID"' TERM
{sys.executable} -m mmrestore compare {_quoted(experiment.file)} \\
    --work-dir {_quoted(Path(work_dir).absolute())} --job "${{jobs[$SLURM_ARRAY_TASK_ID]}}" &
wait $!
"""


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"


def _log(job: Job, work_dir: str | Path) -> Path:
    return Path(work_dir, 'logs', f'{job.name}.log')


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding='utf-8', errors='replace').splitlines()
    said = next((line for line in reversed(lines) if line.strip()), 'nothing was printed')
    return f'{printable(said)} ({printable(log)})'


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _stop(processes: Sequence[subprocess.Popen]) -> None:
    """Ask processes to save and end, and wait for them."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
