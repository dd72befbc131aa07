"""The commands about noise correlation, blind spots and the choice of checkpoints."""

import csv
import json

import numpy as np
import pytest
import torch
from image_files import random_image, write_image
from mmengine.config import Config
from torch import nn

from mmrestore.commands import main
from mmrestore.config import config_text
from mmrestore.registry import MODELS


@MODELS.register_module()
class HoleNet(nn.Module):
    """Adds a hundredth of its shift."""

    scale = size_multiple = 1

    def __init__(self) -> None:
        super().__init__()
        self.shift = 5
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, x):
        return self.weight * x + 0.01 * self.shift

    def multi_shift(self, x, shifts):
        return torch.stack([self.weight * x + 0.01 * shift for shift in shifts], dim=1)


def read_table(path):
    with open(path, newline='') as file:
        return list(csv.DictReader(file))


def write_pairs(folder, num=3):
    for i in range(num):
        image = random_image(24, 27, seed=i)
        write_image(folder / f'{i}_mean.png', image // 2)
        write_image(folder / f'{i}_real.png', image // 2 + random_image(24, 27, seed=i + 9) // 8)


def test_noise_correlation(tmp_path, capsys):
    write_pairs(tmp_path / 'pairs')
    folder, output = str(tmp_path / 'pairs'), tmp_path / 'figure.png'
    words = ['--noisy', folder, '--clean', folder, '--pattern', '{}_real', '--reach', '5']
    words += [
        '--clean-pattern',
        '{}_mean',
        '--images',
        '2',
        '--samplers',
        'none',
        'adjacent',
        'cells',
    ]
    main(['analyze', 'noise-correlation', *words, '--output', str(output)])
    assert output.read_bytes()[:4] == b'\x89PNG'
    rows = read_table(output.with_suffix('.csv'))
    assert len(rows) == 2 * 3 * 6
    assert [(r['component'], r['sampler'], r['distance']) for r in rows[:2]] == [
        ('noise', 'none', '0'),
        ('noise', 'none', '1'),
    ]
    assert float(rows[0]['along_axes']) == pytest.approx(1)
    with pytest.raises(SystemExit):
        main(['analyze', 'noise-correlation', *words, '--window', '4', '--output', str(output)])
    with pytest.raises(SystemExit):
        main(['analyze', 'noise-correlation', *words[:4], '--output', str(output)])
    assert 'inputs and targets in the same folder' in capsys.readouterr().err


def test_blind_spots(tmp_path, capsys):
    write_pairs(tmp_path / 'pairs')
    pairs = dict(root=str(tmp_path / 'pairs'), gt_root=str(tmp_path / 'pairs'))
    dataset = dict(
        type='ImageFolder', pattern='{}_real', gt_pattern='{}_mean', name='pairs', **pairs
    )
    dataset['pipeline'] = dict(image=dict(type='LoadImage'), tensor=dict(type='PackInputs'))
    config = dict(
        model=dict(type='Restorer', backbone=dict(type='HoleNet'), losses=dict()),
        test_dataloader=dict(dataset=dataset),
    )
    (tmp_path / 'hole.py').write_text(config_text(Config(config)))
    torch.save({'state_dict': {'backbone.weight': torch.ones(())}}, tmp_path / 'hole.pth')
    model = [str(tmp_path / 'hole.py'), str(tmp_path / 'hole.pth')]
    output = tmp_path / 'figure.png'
    words = ['--model', 'a', *model, '--model', 'b', *model, '--device', 'cpu']
    main(
        [
            'analyze',
            'blind-spots',
            *words,
            '--shifts',
            '2',
            '0',
            '--images',
            '2',
            '--output',
            str(output),
        ]
    )
    rows = read_table(output.with_suffix('.csv'))
    assert [(r['model'], r['shift'], r['blind_spot'], r['images']) for r in rows] == [
        ('a', '0', '0', '2'),
        ('a', '2', '3', '2'),
        ('b', '0', '0', '2'),
        ('b', '2', '3', '2'),
    ]
    assert float(rows[0]['PSNR']) > float(rows[1]['PSNR']) and float(rows[0]['SSIM']) < 1
    assert output.read_bytes()[:4] == b'\x89PNG'
    for more, message in (
        (['--shifts', '-1'], 'expected shifts of at least 0'),
        (['--model', 'a', *model], 'different names'),
        (['--cfg-options', 'test_dataloader.dataset.root=x'], 'there is no folder x'),
    ):
        with pytest.raises(SystemExit):
            main(['analyze', 'blind-spots', *words, '--output', str(output), *more])
        assert message in capsys.readouterr().err


def test_rank_checkpoints(tmp_path, capsys):
    lines = [{'loss': 1.0, 'iter': 1, 'step': 1}]
    for step, psnr, gain in (
        (100, 30.0, 1.0),
        (200, 31.0, 3.0),
        (300, 30.5, 2.0),
        (400, 29.0, 2.5),
    ):
        lines += [{'loss': 1.0, 'iter': step, 'step': step}]
        lines += [{'polyu/PSNR': psnr, 'noisy/Gain': gain, 'step': step}]
    place = tmp_path / 'run/20260101_000000/vis_data/scalars.json'
    place.parent.mkdir(parents=True)
    place.write_text('\n'.join(map(json.dumps, lines)))
    words = [str(tmp_path / 'run'), '--truth', 'polyu/PSNR']
    main(['analyze', 'rank-checkpoints', *words, '--measure', 'noisy/Gain'])
    output = capsys.readouterr().out
    expected = np.corrcoef([2, 4, 3, 1], [1, 4, 2, 3])[0, 1]
    assert f'rank correlation  {expected:.3f}' in output
    assert f'chosen            {tmp_path / "run"}@200' in output
    assert 'lost by choosing  0.000 of at most 2.000' in output
    with pytest.raises(SystemExit):
        main(['analyze', 'rank-checkpoints', *words, '--measure', 'noisy/PSNR'])
    assert "has no 'noisy/PSNR'" in capsys.readouterr().err
