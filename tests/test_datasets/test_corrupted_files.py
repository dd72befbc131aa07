"""Small image files that were damaged at random: check and reader agree, and neither breaks."""

import json
import os
import subprocess
import sys
from pathlib import Path

from corrupted_files import corrupted, originals

NUM = int(os.environ.get('MMRESTORE_CORRUPTIONS', '300'))
SCRIPT = Path(__file__).parents[1] / 'corrupted_files.py'


def test_check_and_reader_agree_on_damaged_files(tmp_path):
    command = [sys.executable, str(SCRIPT), str(tmp_path), str(NUM)]
    paths = os.pathsep.join([str(SCRIPT.parents[1]), os.environ.get('PYTHONPATH', '')])
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60 + NUM,
        env={**os.environ, 'PYTHONPATH': paths},
    )
    last = tmp_path / 'last'
    assert run.returncode == 0, (last.read_text() if last.exists() else '', run.stderr[-2000:])
    report = json.loads(run.stdout)
    assert report['wrong'] == []
    assert report['seconds'] < 1, report['slowest']
    assert report['megabytes'] < 300, report['largest']
    assert sum(report['outcomes'].values()) == NUM
    assert report['outcomes'].get('end refused', 0) == 0  # bytes behind the end are no damage
    assert report['outcomes']['bits read'] and report['outcomes']['bits refused']


def test_every_format_is_damaged_in_every_way():
    num = 4 * len(originals())
    found = {(name[6:], kind) for name, kind, _ in corrupted(num)}
    assert len(found) == num
