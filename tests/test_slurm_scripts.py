"""The scripts that start jobs, with programs in the place of Slurm's that note their words."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / 'tools'
STUB = """#!/usr/bin/env bash
printf '%s\\n' "${0##*/}" "$@" >> "$SAID"
printf '%s\\n' --- "port ${MASTER_PORT:-none}" >> "$SAID"
exit "${STATUS:-0}"
"""


@pytest.fixture
def call(tmp_path):
    """Call a script with stubs of srun and scontrol; return status, errors and what they got."""
    for name in ('srun', 'scontrol'):
        (tmp_path / name).write_text(STUB)
        (tmp_path / name).chmod(0o755)

    def run(script: str, *words: str, **variables: str):
        said = tmp_path / 'said'
        said.unlink(missing_ok=True)
        environment = {'PATH': f'{tmp_path}:{os.environ["PATH"]}', 'SAID': str(said), **variables}
        command = ['bash', str(TOOLS / script), *words]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=20
        )
        return done.returncode, done.stderr, said.read_text().splitlines() if said.exists() else []

    return run


@pytest.mark.parametrize(
    ('variables', 'gpus', 'tasks', 'per_node'),
    [
        ({'GPUS': '1'}, 1, 1, 1),
        ({'GPUS': '4'}, 4, 4, 4),
        ({}, 8, 8, 8),
        ({'GPUS': '16'}, 8, 16, 8),
        ({'GPUS': '12'}, 6, 12, 6),
        ({'GPUS': '16', 'GPUS_PER_NODE': '4'}, 4, 16, 4),
        ({'GPUS': '2', 'GPUS_PER_NODE': '4'}, 2, 2, 2),
    ],
)
def test_gpus_are_shared_by_nodes(call, variables, gpus, tasks, per_node):
    status, _, said = call('slurm_train.sh', 'part', 'job', 'a b.py', 'wd', '--amp', **variables)
    assert status == 0
    assert said[3:6] == [
        f'--gres=gpu:{gpus}', f'--ntasks={tasks}', f'--ntasks-per-node={per_node}',
    ]  # fmt: skip
    assert said[-6:-2] == ['a b.py', '--work-dir=wd', '--launcher=slurm', '--amp']


@pytest.mark.parametrize(
    ('variables', 'message'),
    [
        ({'GPUS': '13'}, 'GPUS=13 cannot be shared evenly by 2 nodes of up to 8 GPUs'),
        ({'GPUS': '0'}, 'expected a number from 1 on, got GPUS=0'),
        ({'GPUS': 'two'}, 'got GPUS=two'),
        ({'GPUS_PER_NODE': '-1'}, 'got GPUS_PER_NODE=-1'),
    ],
)
def test_numbers_that_cannot_be_meant(call, variables, message):
    status, errors, said = call('slurm_train.sh', 'part', 'job', 'c.py', 'wd', **variables)
    assert (status, said) == (2, [])
    assert message in errors and errors.count('\n') == 1


def test_the_port_is_chosen_by_the_job_unless_it_is_given(call):
    assert call('slurm_train.sh', *'abcd')[2][-1] == 'port none'
    assert call('slurm_train.sh', *'abcd', PORT='2')[2][-1] == 'port 2'


@pytest.mark.parametrize(('ended', 'requeued'), [('0', False), ('143', True), ('1', False)])
def test_a_job_that_was_stopped_is_queued_again(call, ended, requeued):
    status, _, said = call('slurm/train.sbatch', 'c.py', 'wd', SLURM_JOB_ID='77', STATUS=ended)
    assert status == int(ended)
    end = said.index('---')
    assert said[0] == 'srun'
    assert said[end - 5 : end] == ['train', 'c.py', '--work-dir=wd', '--launcher=slurm', '--resume']
    assert (said[end + 2 :] == ['scontrol', 'requeue', '77', '---', 'port none']) == requeued


def test_every_seed_has_a_folder(call):
    _, _, said = call(
        'slurm/seeds.sbatch', 'c.py', 'wd', '--cfg-options', 'a=1',
        SLURM_ARRAY_TASK_ID='3', SLURM_SUBMIT_DIR=str(TOOLS.parent),
    )  # fmt: skip
    end = said.index('---')
    assert said[end - 8 : end] == [
        *('c.py', '--work-dir=wd/seed_3', '--launcher=slurm', '--resume'),
        *('--cfg-options', 'a=1', '--cfg-options', 'randomness.seed=3'),
    ]


def test_both_templates_ask_for_the_same():
    asked = [
        [line for line in (TOOLS / 'slurm' / name).read_text().splitlines() if '#SBATCH' in line]
        for name in ('train.sbatch', 'seeds.sbatch')
    ]
    own = ('--array', '--output')
    one, two = ([line for line in lines if not line.split()[1].startswith(own)] for lines in asked)
    assert one == two
    assert {'#SBATCH --requeue', '#SBATCH --signal=TERM@120'} <= set(one)


def test_where_processes_meet():
    spec = importlib.util.spec_from_file_location('dist_run', TOOLS / 'dist_run.py')
    dist_run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dist_run)
    assert '--rdzv-endpoint=127.0.0.1:0' in dist_run.meeting_place({})
    assert dist_run.meeting_place({'PORT': '5'}) == [
        *('--nnodes=1', '--node-rank=0', '--master-addr=127.0.0.1', '--master-port=5'),
    ]
    two = {'NNODES': '2', 'NODE_RANK': '1', 'MASTER_ADDR': 'a'}
    assert dist_run.meeting_place(two) == [
        *('--nnodes=2', '--node-rank=1', '--master-addr=a', '--master-port=29500'),
    ]
