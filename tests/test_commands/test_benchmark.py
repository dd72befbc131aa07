"""The benchmark: parts of a step that add up, variants that differ in what they say."""

from __future__ import annotations

import pytest
from tiny_components import tiny_config

from mmrestore.analysis import benchmark
from mmrestore.analysis.candidates import Candidate
from mmrestore.commands import main


def test_parts_and_variants(tmp_path, capsys):
    tiny_config(tmp_path).dump(tmp_path / 'tiny.py')
    words = [
        *('benchmark', str(tmp_path / 'tiny.py'), '--device', 'cpu', '--synthetic', '8'),
        *('--steps', '2', '--warm-up', '1', '--variant', 'wide', 'model.backbone.width=8'),
        *('--variant', 'quiet', 'model.data_preprocessor.batch_transforms.noise=None'),
    ]
    main(words)
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
    candidate = Candidate('wide', config, device='cpu', synthetic=8)
    assert candidate.model.backbone.first.out_channels == 8
    before = candidate.model.backbone.first.weight.detach().clone()
    candidate.step()
    assert not candidate.model.backbone.first.weight.equal(before)
    assert candidate.images == 2


def test_the_table_of_backbones(capsys):
    words = ['--backbones', 'swinir_s', '--device', 'cpu', '--synthetic', '8']
    tiny = ['model.backbone.depths=[2]', 'model.backbone.num_heads=[2]']
    words += ['--steps', '1', '--warm-up', '0', '--plain', '--cfg-options', *tiny]
    main(['benchmark', *words])
    name, parameters, _, inference, _, memory, _, step = (
        capsys.readouterr().out.splitlines()[-1].strip('| ').split(' | ')
    )
    assert (name, parameters) == ('swinir_s', '0.322')
    assert all(float(number) > 0 for number in (inference, memory, step))


def test_plain_networks_need_a_checkout(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(benchmark, 'REFERENCE', tmp_path)
    with pytest.raises(SystemExit, match='1'):
        main(['benchmark', '--backbones', '--plain'])
    message = capsys.readouterr().err
    assert 'only in a checkout' in message
    assert str(tmp_path / 'plain_networks') in message


def test_multiply_adds_by_hand():
    net = {'type': 'TinyNet', 'width': 4}
    assert benchmark.multiply_adds(net) == 256**2 * 9 * (3 * 4 + 4 * 3)


def test_a_network_of_ones_own_and_its_operators(capsys):
    words = ['benchmark', '--backbone', 'TinyNet', '--device', 'cpu', '--synthetic', '8']
    words += ['--steps', '1', '--warm-up', '1', '--profile']
    main([*words, '--cfg-options', 'model.backbone.width=8'])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith('|')]
    cells = [[cell.strip() for cell in line.split('|')[1:-1]] for line in lines]
    rows = {row[0]: row[1:] for row in cells}
    parameters = 8 * (27 + 1) + 3 * (8 * 9 + 1)
    assert rows['parameters, M'] == [f'{parameters / 1e6:.3f}']
    assert float(rows['peak memory, MiB'][0]) > 0
    operators = cells[cells.index(['operator', 'calls', 'ms', 'share']) + 2 :]
    times = [float(row[2]) for row in operators]
    assert len(operators) == 10
    assert times == sorted(times, reverse=True)
    assert 0 < sum(float(row[3].split()[0]) for row in operators) <= 100.5


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['--backbone', 'NoSuchNet'], "unknown model 'NoSuchNet'"),
        (['--backbone', 'TinyNet', '--backbones'], 'give exactly one of'),
        (['--backbones', '--profile'], 'needs a single network'),
    ],
)
def test_what_cannot_be_measured_is_refused(words, message, capsys):
    with pytest.raises(SystemExit):
        main(['benchmark', '--device', 'cpu', *words])
    assert message in capsys.readouterr().err
