"""The benchmark: parts of a step that add up, variants that differ in what they say."""

from __future__ import annotations

import pytest
from load_tool import load_tool
from tiny_components import tiny_config

benchmark = load_tool('analysis/benchmark')


def test_parts_and_variants(tmp_path, monkeypatch, capsys):
    tiny_config(tmp_path).dump(tmp_path / 'tiny.py')
    words = [
        *('benchmark.py', str(tmp_path / 'tiny.py'), '--device', 'cpu', '--synthetic', '8'),
        *('--steps', '2', '--warm-up', '1', '--variant', 'wide', 'model.backbone.width=8'),
        *('--variant', 'quiet', 'model.data_preprocessor.batch_transforms.noise=None'),
    ]
    monkeypatch.setattr(benchmark.sys, 'argv', words)
    benchmark.main()
    rows = {
        line.split('|')[1].strip(): [cell.strip() for cell in line.split('|')[2:-1]]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith('|')
    }
    assert rows[''] == ['tiny', 'wide', 'quiet']
    assert rows['step, ratio'][0] == '1.000'
    for column in range(3):
        shares = [float(rows[part][column].split()[0]) for part in benchmark.PARTS]
        assert all(share >= 0 for share in shares)
        assert sum(shares) == pytest.approx(100, abs=30), 'medians of parts, two steps'


def test_candidates_are_what_their_settings_say(tmp_path):
    config = tiny_config(tmp_path)
    config.model.backbone.width = 8
    candidate = benchmark.Candidate('wide', config, device='cpu', synthetic=8)
    assert candidate.model.backbone.first.out_channels == 8
    before = candidate.model.backbone.first.weight.detach().clone()
    candidate.step()
    assert not candidate.model.backbone.first.weight.equal(before)
    assert candidate.images == 2
