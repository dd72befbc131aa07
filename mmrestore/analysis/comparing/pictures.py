"""Crops on which an arm and the control differ most, least and at the median."""

from __future__ import annotations

from collections.abc import Sequence

from mmrestore.analysis.comparing.experiment import Experiment
from mmrestore.analysis.comparing.jobs import Job
from mmrestore.analysis.comparing.values import Measured
from mmrestore.apis.reporting.samples import read_restored, read_test_images
from mmrestore.apis.results import IMAGES
from mmrestore.reports.comparison import Comparison
from mmrestore.reports.crops import choose_images, most_different, with_size_of


def choose_crops(
    experiment: Experiment, jobs: Sequence[Job], measured: Measured, arm: str
) -> list[Comparison]:
    """Return crops of the worst, the median and the best image of an arm, of the first seed.

    Args:
        experiment: what is compared.
        jobs: its jobs; those of the first seed have written their images.
        measured: the metric by which images are ordered.
        arm: the arm that is compared with the control.
    """
    folders = {
        job.arm: job.results / IMAGES
        for job in jobs
        if job.seed in (None, experiment.seeds[0]) and job.arm in (arm, experiment.control)
    }
    sign = 1 if measured.higher_is_better else -1
    difference = sign * (measured.values[arm] - measured.values[experiment.control]).mean(0)
    chosen = choose_images(difference)
    dataset, _, metric = measured.name.rpartition('/')
    wanted = {(dataset, measured.images[i]) for i in chosen.values()}
    config = experiment.arms[experiment.control].open(experiment.seeds[0])
    samples = read_test_images(config, wanted)
    found = []
    for kind, number in chosen.items():
        title = measured.images[number]
        control, restored = (
            read_restored(folders[name], dataset, title) for name in (experiment.control, arm)
        )
        sample = samples.get((dataset, title))
        if sample is None or sample.target is None or control is None or restored is None:
            continue
        place = most_different(control, restored)
        found.append(
            Comparison(
                f'{kind}: {title}, {metric} {sign * difference[number]:+.3f}',
                (experiment.control, control[place]),
                (arm, restored[place]),
                {
                    'input': with_size_of(sample.given, sample.target)[place],
                    'ground truth': sample.target[place],
                },
            )
        )
    return found
