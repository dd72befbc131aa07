"""Set up the process group, on GPUs or on CPUs."""

from __future__ import annotations

import gc
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist

LAUNCHERS = ('none', 'pytorch', 'slurm')


@contextmanager
def process_group(launcher: str) -> Iterator[None]:
    """Join the processes of a run for a ``with`` block; see :func:`init_process_group`.

    Left in order, all wait for each other and take the group down: a process that ends while its
    threads still talk to others may abort.
    """
    inside = dist.is_initialized()
    init_process_group(launcher)
    yield
    if dist.is_initialized() and not inside:
        dist.barrier()
        gc.collect()  # a runner is a circle, whose network would keep the threads of the group
        dist.destroy_process_group()


def init_process_group(launcher: str, *, timeout_s: int = 1800) -> None:
    """Join the processes of a run: NCCL between GPUs, Gloo between CPUs.

    Done before the runner is built, because MMEngine's own way needs a GPU in every process.

    Args:
        launcher: ``none`` for a single process, ``pytorch`` under torchrun, ``slurm`` under srun.
        timeout_s: seconds after which a process that waits for the others gives up.

    Raises:
        ValueError: the launcher is unknown.
        RuntimeError: the launcher's variables are missing.
    """
    if launcher not in LAUNCHERS:
        raise ValueError(f'launcher must be one of {", ".join(LAUNCHERS)}, got {launcher!r}')
    if launcher == 'none' or dist.is_initialized():
        return
    if launcher == 'slurm':
        _read_slurm_variables()
    missing = [
        k for k in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR') if k not in os.environ
    ]
    if missing:
        raise RuntimeError(
            f'--launcher {launcher} needs {", ".join(missing)} in the environment: start with '
            'tools/dist_train.sh (torchrun) or tools/slurm_train.sh (srun)'
        )
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ['LOCAL_RANK']) % torch.cuda.device_count())
    backend = 'nccl' if torch.cuda.is_available() else 'gloo'
    dist.init_process_group(backend, timeout=timedelta(seconds=timeout_s))


def _read_slurm_variables() -> None:
    names = {'RANK': 'SLURM_PROCID', 'WORLD_SIZE': 'SLURM_NTASKS', 'LOCAL_RANK': 'SLURM_LOCALID'}
    for name, slurm_name in names.items():
        if slurm_name in os.environ:
            os.environ[name] = os.environ[slurm_name]
    job, step = (os.environ.get(f'SLURM_{name}', '0') for name in ('JOB_ID', 'STEP_ID'))
    os.environ.setdefault('MASTER_PORT', str(slurm_port(job, step)))
    nodes = os.environ.get('SLURM_STEP_NODELIST', os.environ.get('SLURM_NODELIST'))
    if 'MASTER_ADDR' not in os.environ and nodes is not None:
        command = ['scontrol', 'show', 'hostnames', nodes]
        hosts = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        os.environ['MASTER_ADDR'] = hosts.split()[0]


def slurm_port(job: str, step: str) -> int:
    """Return the port where the processes of a job step meet, in [10000, 30000).

    All processes of the step compute the same. Steps of one job, and jobs that were submitted near
    each other, which may share a node, have different ones.

    Examples:
        >>> slurm_port('4000', '0'), slurm_port('4001', '0'), slurm_port('4000', '1')
        (14000, 14031, 14001)
    """
    numbers = [int(text) if text.isdigit() else 0 for text in (job, step)]
    return 10000 + (31 * numbers[0] + numbers[1]) % 20000
