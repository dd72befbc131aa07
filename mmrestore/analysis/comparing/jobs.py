"""Jobs of an experiment: one training per arm and seed, each in its own folder."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

from mmrestore.analysis.comparing.arms import is_filter
from mmrestore.analysis.comparing.experiment import Experiment
from mmrestore.apis.results import SUMMARY
from mmrestore.apis.testing import test
from mmrestore.apis.training import train
from mmrestore.config import config_text
from mmrestore.engine.checkpoint import resumable_checkpoints
from mmrestore.engine.curves import SCALARS, Curve, read_run
from mmrestore.engine.environment import describe_environment
from mmrestore.files import read_json, write_text

RECORD, COST = 'experiment.json', 'cost.json'


class Job(NamedTuple):
    """The training of an arm with a seed, and its test.

    - ``arm``: name of the arm;
    - ``seed``: of all draws of the training; arms of one seed see the same crops and noise. None of
      a filter that has no parameters: it is tested once, and compared with every seed;
    - ``folder``: of the checkpoints; results are in ``folder / 'results'``.
    """

    arm: str
    seed: int | None
    folder: Path

    @property
    def name(self) -> str:
        """Name in messages and of the log file."""
        return self.arm if self.seed is None else f'{self.arm}_seed_{self.seed}'

    @property
    def results(self) -> Path:
        """Folder of the test results."""
        return self.folder / 'results'

    @property
    def done(self) -> bool:
        """Whether the job is trained and tested."""
        return (self.results / SUMMARY).is_file()


def read_curves(job: Job) -> dict[str, Curve]:
    """Return what the training of a finished job logged, by key; nothing of one in stages."""
    logged = next(job.folder.glob(SCALARS), None) is not None
    return read_run(job.folder).curves if logged else {}


def list_jobs(experiment: Experiment, work_dir: str | Path) -> list[Job]:
    """Return the jobs of an experiment, seed by seed, so that early ones are already paired."""
    first = experiment.seeds[0]
    filters = [name for name, arm in experiment.arms.items() if is_filter(arm.open(first))]
    return [
        *(Job(name, None, Path(work_dir, name, 'filter')) for name in filters),
        *(
            Job(arm, seed, Path(work_dir, arm, f'seed_{seed}'))
            for seed in experiment.seeds
            for arm in experiment.arms
            if arm not in filters
        ),
    ]


def needed_jobs(experiment: Experiment, job: Job, jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs whose checkpoints a job uses."""
    needed = experiment.arms[job.arm].needed
    return [other for other in jobs if other.arm in needed and other.seed == job.seed]


def check_record(experiment: Experiment, work_dir: str | Path) -> None:
    """Keep the configs of all arms in the work directory, and refuse to mix two experiments.

    Arms and seeds may be added to an experiment that has begun.

    Raises:
        ValueError: an arm was begun there with another config.
    """
    file = Path(work_dir, RECORD)
    configs = {
        name: _record_text(arm.open(experiment.seeds[0])) for name, arm in experiment.arms.items()
    }
    record = read_json(file)
    known: dict[str, str] = record.get('configs', {})
    for name, text in configs.items():
        before = known.get(name, text).splitlines()
        changed = [line for line in text.splitlines() if line not in before]
        begun = Path(work_dir, name).is_dir()
        if known.get(name, text) != text and begun:
            line = (changed or ['a setting was removed'])[0].strip()
            raise ValueError(
                f'{work_dir} holds trainings of arm {name!r} with another config (now: {line}): '
                'give another --work-dir, or move that folder away'
            )
    kept = {'title': experiment.title, 'configs': {**known, **configs}}
    if record != kept:
        write_text(file, json.dumps(kept, indent=2) + '\n')


def _record_text(config: Config) -> str:
    """Return what an arm trains; whether a training has a report of its own does not count."""
    return config_text({k: v for k, v in config.to_dict().items() if k != 'report'})


def run_job(experiment: Experiment, job: Job, jobs: Sequence[Job]) -> None:
    """Train, from where an earlier start stopped, and test the last checkpoint.

    A filter, and an arm that tests the checkpoint of another one, are only tested. Images are
    written for the first seed only: the report shows them.

    Args:
        experiment: what is compared.
        job: what is run.
        jobs: those of the experiment, for the checkpoints of other arms.

    Raises:
        FloatingPointError: the training diverged.
        ValueError: a needed checkpoint is missing; see also ``mmrestore.apis.train`` and ``test``.
    """
    arm, first = experiment.arms[job.arm], experiment.seeds[0]
    files = {}
    for other in needed_jobs(experiment, job, jobs):
        file = _last_checkpoint(experiment, other)
        if file is None or not other.done:
            raise ValueError(f'{job.name} needs {other.name}, which is not finished')
        files[other.arm] = str(file)
    config = arm.open(first if job.seed is None else job.seed, files)
    trained: Path | str | None = files[arm.tests] if arm.tests else None
    tested = job.seed is None or arm.tests is not None
    if not tested:
        config.report = False  # that of the comparison is written
        begun = time.monotonic()
        train(config, work_dir=job.folder, resume=True)
        _add_cost(job.folder / COST, time.monotonic() - begun)
        trained = _last_checkpoint(experiment, job)
    test(
        config if tested else None,
        trained,
        overrides=_tests(experiment, job),
        work_dir=job.folder / 'test',
        output=job.results,
        save=None if job.seed in (None, first) else 0,
    )


def _last_checkpoint(experiment: Experiment, job: Job) -> Path | None:
    """Return the last checkpoint of a training, that of its last stage; None before the first."""
    stages = list(experiment.arms[job.arm].open(experiment.seeds[0]).get('stages') or {})
    found = resumable_checkpoints(job.folder / stages[-1] if stages else job.folder)
    return found[0] if found else None


def _tests(experiment: Experiment, job: Job) -> dict[str, object]:
    """Return the overrides of an arm that concern its test: a recorded config may be older."""
    overrides = experiment.arms[job.arm].overrides
    return {key: value for key, value in overrides.items() if key.startswith('test_')}


def _add_cost(file: Path, seconds: float) -> None:
    """Add the time of a start to that of the earlier ones, without what a killed one took."""
    before = read_json(file).get('seconds', 0.0)
    cost = {'seconds': before + seconds, 'environment': describe_environment()}
    write_text(file, json.dumps(cost) + '\n')


def read_environment(job: Job) -> dict[str, dict[str, str]]:
    """Return what a finished job was trained with; only versions where it is of long ago."""
    kept = {'environment': read_json(job.folder / COST).get('environment', {})}
    return {**kept, 'versions': read_json(job.results / SUMMARY).get('versions', {})}
