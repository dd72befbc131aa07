"""Estimate time, memory and disk of an experiment from a few measured steps."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmrestore.analysis.comparing.arms import is_filter
from mmrestore.analysis.comparing.experiment import Experiment
from mmrestore.analysis.comparing.jobs import Job
from mmrestore.apis.networks import choose_device

STEPS, WARM_UP = 3, 1
KEPT = 3  # checkpoints of a training: the last ones and the best


def estimate(experiment: Experiment, jobs: Sequence[Job], *, num_processes: int) -> str:
    """Return a Markdown table of the remaining work.

    A few steps of every arm are measured here, with all threads; a training of several stages is
    not measured. Validation and tests come on top. Checkpoints hold weights and the state of Adam.

    Args:
        experiment: what is compared.
        jobs: its jobs.
        num_processes: trainings at once.
    """
    lines = [
        '| arm | trainings left | iterations | s / iteration | hours each | memory, MiB '
        '| disk, MB |',
        '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ]
    hours = 0.0
    for name, arm in experiment.arms.items():
        left = [job for job in jobs if job.arm == name and not job.done]
        config = arm.open(experiment.seeds[0])
        if arm.tests or is_filter(config):
            lines.append(f'| {name} | {len(left)} | nothing is trained | | | | |')
            continue
        if 'stages' in config:
            lines.append(f'| {name} | {len(left)} | several stages | | | | |')
            continue
        step, memory, disk, iterations = _measured(name, config)
        each = step * iterations / 3600
        hours += each * len(left)
        numbers = f'{iterations:,} | {step:.3f} | {each:.2f} | {memory:.0f} | {disk:.0f}'
        lines.append(f'| {name} | {len(left)} | {numbers} |')
    threads = torch.get_num_threads()
    lines.append('')
    lines.append(
        f'{hours:.2f} hours of training one after the other on {choose_device()} with {threads} '
        f'threads, without validation and tests; {num_processes} at once share the machine'
    )
    return '\n'.join(lines)


def _measured(name: str, config: Config) -> tuple[float, float, float, int]:
    """Return seconds a step, memory in MiB, disk in MB and the number of iterations."""
    from mmrestore.analysis.candidates import Candidate

    init_default_scope('mmrestore')
    candidate = Candidate(name, config, device=choose_device(), synthetic=None)
    for _ in range(WARM_UP + STEPS):
        candidate.step()
    candidate.drop_first(WARM_UP)
    num = sum(p.numel() for p in candidate.model.backbone.parameters())
    return candidate.median('step'), candidate.memory, KEPT * 12 * num / 1e6, _iterations(config)


def _iterations(config: Config) -> int:
    loop = config.train_cfg
    if loop.get('max_iters'):
        return int(loop.max_iters)
    from mmrestore.engine import Runner

    loader = Runner.build_dataloader(config.train_dataloader, seed=0)
    return len(loader) * int(loop.max_epochs)
