"""Making the process group, on GPUs or on CPUs."""

from __future__ import annotations

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
    os.environ.setdefault('MASTER_PORT', '29500')
    if 'MASTER_ADDR' not in os.environ and 'SLURM_NODELIST' in os.environ:
        command = ['scontrol', 'show', 'hostnames', os.environ['SLURM_NODELIST']]
        hosts = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        os.environ['MASTER_ADDR'] = hosts.split()[0]
