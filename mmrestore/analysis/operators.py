"""Most expensive operators of a training step."""

from __future__ import annotations

import torch
from torch.profiler import ProfilerActivity, profile

from mmrestore.analysis.candidates import Candidate


def expensive_operators(candidate: Candidate, *, num: int = 10) -> list[list[str]]:
    """Profile one training step; return a table with its head.

    Args:
        candidate: what takes the step, warmed up.
        num: operators that are listed, the most expensive first.

    Returns:
        Rows of name, calls, milliseconds without the operators that it calls, and the share of all.
        On a GPU the time is that of the device.
    """
    activities = [ProfilerActivity.CPU]
    on_gpu = candidate.device.type == 'cuda'
    if on_gpu:
        activities.append(ProfilerActivity.CUDA)
    with profile(activities=activities, acc_events=True) as profiler:
        candidate.step()
        if on_gpu:
            torch.cuda.synchronize()
    times = {
        event.key: (
            event.self_device_time_total if on_gpu else event.self_cpu_time_total,
            event.count,
        )
        for event in profiler.key_averages()
    }
    total = sum(time for time, _ in times.values())
    rows = [['operator', 'calls', 'ms', 'share']]
    for name, (time, calls) in sorted(times.items(), key=lambda item: -item[1][0])[:num]:
        rows.append([name, str(calls), f'{time / 1e3:.1f}', f'{100 * time / total:.1f} %'])
    return rows
