"""Restore many pictures in several processes, each with several threads.

python batch.py epoch_6.pth restored photos more/photos/a.png --processes 2 --threads 2

Every process loads the network once; its threads share it. A picture that cannot be restored is
named, and the others are restored. Pictures whose results are there are left out, so that the same
command continues a batch that was stopped.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import torch

from mmrestore import load
from mmrestore.apis import plan_restoring, restore_planned
from mmrestore.apis.restore_plan import Job, RestorePlan


def restore_batch(checkpoint: str, jobs: list[Job], threads: int) -> list[str]:
    """Restore files in several threads; return what went wrong, a line a file."""
    restorer = load(checkpoint)

    def restore_one(job: Job) -> list[str]:
        return restore_planned(restorer, RestorePlan([job], [], []), progress=False).problems

    with ThreadPoolExecutor(threads) as pool:
        return [line for lines in pool.map(restore_one, jobs) for line in lines]


def main(arguments: list[str] | None = None) -> int:
    """Share the files among processes; return 1 if some could not be restored."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('checkpoint')
    parser.add_argument('output')
    parser.add_argument('inputs', nargs='+', help='image files or folders')
    parser.add_argument('--processes', type=int, default=2)
    parser.add_argument('--threads', type=int, default=2)
    options = parser.parse_args(arguments)
    try:
        load(options.checkpoint)  # once here, so that a wrong file fails before processes start
    except (OSError, ValueError) as error:
        parser.error(str(error))
    plan = plan_restoring(options.inputs, options.output)
    jobs = [job for job in plan.jobs if not all(target.exists() for target in job.targets)]
    shares = [jobs[i :: options.processes] for i in range(options.processes)]
    work = [(options.checkpoint, share, options.threads) for share in shares if share]
    # Not forked: a process must not inherit the threads of PyTorch or the state of a GPU.
    context = multiprocessing.get_context('spawn')
    cores = max((os.cpu_count() or 1) // (options.processes * options.threads), 1)
    with context.Pool(options.processes, torch.set_num_threads, (cores,)) as pool:
        found = pool.starmap(restore_batch, work)
    problems = plan.problems + [line for lines in found for line in lines]
    print(f'{len(jobs)} pictures, {len(plan.jobs) - len(jobs)} were there already')
    for line in problems:
        print(line, file=sys.stderr)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
