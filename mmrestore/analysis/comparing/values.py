"""Per-image values of all jobs of an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mmrestore.analysis.comparing.experiment import Experiment
from mmrestore.analysis.comparing.jobs import Job
from mmrestore.apis.results import SUMMARY, TABLE, read_image_table
from mmrestore.files import read_json


class Measured(NamedTuple):
    """The values of a metric on a test set.

    - ``name``: such as ``kodak24/PSNR``;
    - ``higher_is_better``: of the metric;
    - ``protocol``: what is measured exactly, in words;
    - ``images``: names, in their order;
    - ``values``: (seeds, images) by arm; seeds in their order.
    """

    name: str
    higher_is_better: bool
    protocol: str
    images: list[str]
    values: dict[str, np.ndarray]


def read_values(experiment: Experiment, jobs: Sequence[Job]) -> list[Measured]:
    """Read the results of all seeds that every arm has finished.

    A metric that measures the inputs is the same in all arms; pooled metrics have no values of
    images and are left out.

    Raises:
        ValueError: no seed is finished, or arms were tested on different images.
    """
    seeds = finished_seeds(experiment, jobs)
    if not seeds:
        raise ValueError('no seed of the experiment is finished in all arms yet')
    tables = {
        (job.arm, seed): read_image_table(job.results / TABLE)
        for job in jobs
        for seed in (seeds if job.seed is None else [job.seed])
        if job.done and seed in seeds
    }
    first = next(
        job for job in jobs if job.arm == experiment.control and job.seed in (None, seeds[0])
    )
    described = {m['name']: m for m in read_json(first.results / SUMMARY)['metrics']}
    measured = []
    for (dataset, metric), values in tables[experiment.control, seeds[0]].items():
        images = list(values)
        by_arm = {}
        for arm in experiment.arms:
            rows = [tables[arm, seed].get((dataset, metric), {}) for seed in seeds]
            if any(list(row) != images for row in rows):
                raise ValueError(
                    f'arm {arm!r} was tested on other images of {dataset or "the test set"} by '
                    f'{metric} than {experiment.control!r}: give all arms the same test sets and '
                    'metrics, by `overrides` of the experiment'
                )
            by_arm[arm] = np.array([list(row.values()) for row in rows])
        about = described.get(metric, {})
        measured.append(
            Measured(
                name=f'{dataset}/{metric}' if dataset else metric,
                higher_is_better=bool(about.get('higher_is_better', True)),
                protocol=str(about.get('protocol') or ''),
                images=images,
                values=by_arm,
            )
        )
    return measured


def finished_seeds(experiment: Experiment, jobs: Sequence[Job]) -> list[int]:
    """Return the seeds that all arms have finished, in their order."""
    return [
        seed
        for seed in experiment.seeds
        if all(job.done for job in jobs if job.seed in (None, seed))
    ]
