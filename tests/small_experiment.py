"""An experiment of tiny trainings, and results as its tests leave them."""

from __future__ import annotations

import csv
import json

from mmrestore.analysis.comparing.jobs import Job
from mmrestore.apis.results import COLUMNS, SUMMARY, TABLE

TEXT = """
title = 'Shuffling <pixels>'
fixed = 'arms and seeds'
control = 'plain'
seeds = [0, 1]
overrides = {
    'model.backbone': dict(_delete_=True, type='DnCNN', in_channels=3, channels=4, num_layers=3),
    'train_cfg.max_epochs': 1,
    'train_cfg.val_interval': 1,
    'train_dataloader.num_workers': 0,
    'train_dataloader.sampler.repeat': 4,
    'train_dataloader.dataset.pipeline.patch.size': 16,
    'val_dataloader.num_workers': 0,
    'test_dataloader.num_workers': 0,
}
arms = dict(
    plain=dict(config='supervised/quickstart'),
    shuffled=dict(config='supervised/quickstart', strategies=['traps']),
)
"""


def write_results(job: Job, values: dict[str, float], metric: str = 'PSNR') -> None:
    """Write what the test of a job leaves."""
    job.results.mkdir(parents=True)
    with open(job.results / TABLE, 'w', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(['set', image, metric, value] for image, value in values.items())
    about = {'name': metric, 'protocol': 'in words', 'higher_is_better': True}
    versions = {'mmrestore': '0'}
    (job.results / SUMMARY).write_text(json.dumps({'metrics': [about], 'versions': versions}))
