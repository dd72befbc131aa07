"""The analyses of networks under noise, through their commands."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest
import torch
from image_files import write_images
from tiny_components import tiny_config

from mmrestore.analysis.cka import linear_cka
from mmrestore.analysis.features import collect_features
from mmrestore.analysis.noises import noise_config
from mmrestore.analysis.patches import read_patches
from mmrestore.analysis.srga import fit_features, srga_index
from mmrestore.apis.inference import init_restorer
from mmrestore.commands import main
from mmrestore.datasets.transforms.add_noise import AddNoise

NOISES = ['gaussian:15', 'gaussian:50', 'GaussianNoise:sigma=(0,90)']


@pytest.fixture(scope='module')
def place(tmp_path_factory):
    """A folder with images, a config and two checkpoints."""
    folder = tmp_path_factory.mktemp('analyses')
    write_images(folder / 'images', 'a.png', 'b.png', 'c.png', height=30, width=40)
    config = tiny_config(folder)
    config.model.data_preprocessor.batch_transforms = {}
    config.dump(folder / 'tiny.py')
    for seed, name in enumerate(('plain.pth', 'masked.pth')):
        torch.manual_seed(seed)
        restorer = init_restorer(config, device='cpu')
        torch.save({'state_dict': restorer.state_dict()}, folder / name)
    return folder


def words(place, output, *more, models=('plain', 'masked'), size=16, num=12):
    given = []
    for name in models:
        given += ['--model', name, str(place / 'tiny.py'), str(place / f'{name}.pth')]
    given += ['--images', str(place / 'images'), '--output', str(output), '--device', 'cpu']
    return [*given, '--size', str(size), '--patches', str(num), *more]


def run(command, arguments):
    main(['analyze', command, *arguments])


def read_table(output):
    with open(output.with_suffix('.csv'), newline='') as file:
        return list(csv.DictReader(file))


def features_of(place, name, noise, layer, num=12, size=16, seed=0):
    restorer = init_restorer(place / 'tiny.py', place / f'{name}.pth', device='cpu')
    noisy = AddNoise(noise_config(noise), seed=None)
    patches = read_patches(place / 'images', num=num, size=size, seed=seed, transform=noisy)
    return collect_features(restorer.backbone, patches, [layer])[layer]


def check_written(output, capsys):
    printed = capsys.readouterr().out
    assert f'written: {output}' in printed
    assert f'written: {output.with_suffix(".csv")}' in printed
    assert output.read_bytes().startswith(b'\x89PNG')
    names = {output.name, output.with_suffix('.csv').name}
    assert {file.name for file in output.parent.iterdir()} == names


def test_cka_between_models(place, tmp_path, capsys):
    output = tmp_path / 'figures' / 'cka.png'
    noises = ['--noises', *NOISES[:2], '--layers', 'first', 'last', '--batch-size', '12']
    run('cka', words(place, output, *noises, '--between', 'models'))
    check_written(output, capsys)
    rows = read_table(output)
    assert len(rows) == 2 * 2 * 2
    for row in rows:
        first = features_of(place, 'plain', row['panel'], row['layer_of_row'])
        second = features_of(place, 'masked', row['panel'], row['layer_of_column'])
        expected = linear_cka(first, second, unbiased=True)  # that of the one batch
        assert float(row['CKA']) == pytest.approx(expected, abs=1e-6)
    assert [(row['row'], row['column']) for row in rows[:3]] == [('1', '1'), ('1', '2'), ('2', '1')]


def test_cka_between_noises(place, tmp_path, capsys):
    output = tmp_path / 'figures' / 'cka.png'
    noises = ['--noises', 'gaussian:15', 'GaussianNoise:sigma=15', 'gaussian:90']
    run(
        'cka',
        words(place, output, *noises, '--layers', '*', '--batch-size', '4', '--between', 'noises'),
    )
    check_written(output, capsys)
    rows = read_table(output)
    panels = sorted({row['panel'] for row in rows})
    assert len(panels) == 4 and len(rows) == 4 * 3 * 3
    for row in rows:
        if 'sigma=15' in row['panel'] and row['row'] == row['column']:
            assert float(row['CKA']) == pytest.approx(1, abs=1e-6)  # the same noise, in other words
        if '90' in row['panel'] and row['row'] == row['column']:
            assert float(row['CKA']) < 0.99


def test_srga_of_two_models(place, tmp_path, capsys):
    output = tmp_path / 'figures' / 'srga.png'
    more = ['--noises', *NOISES, '--components', '5', '--seed', '3']
    run('srga', words(place, output, *more))
    check_written(output, capsys)
    rows = read_table(output)
    pairs = [(row['model'], row['noise']) for row in rows]
    assert pairs == [(model, noise) for model in ('plain', 'masked') for noise in NOISES]
    for row in rows:
        assert (row['layer'], row['reference']) == ('last:input', 'gaussian:15')
        fits = [
            fit_features(features_of(place, row['model'], noise, 'last:input', seed=3), 5)
            for noise in (NOISES[0], row['noise'])
        ]
        assert float(row['SRGA']) == pytest.approx(srga_index(*fits), abs=1e-5)
        assert float(row['shape']) == pytest.approx(fits[1].shape)
    assert float(rows[0]['SRGA']) == pytest.approx(0, abs=1e-6)


def test_distributions_of_two_models(place, tmp_path, capsys):
    output = tmp_path / 'figures' / 'distribution.png'
    more = ['--noises', *NOISES[:2], '--bins', '9', '--layer', 'last']
    run('feature-distribution', words(place, output, *more))
    check_written(output, capsys)
    rows = read_table(output)
    assert len(rows) == 2 * 2 * (9 + 1)
    values = features_of(place, 'masked', 'gaussian:50', 'last').double().flatten().numpy()
    own = [row for row in rows if (row['model'], row['noise']) == ('masked', 'gaussian:50')]
    edges = [float(row['low']) for row in own[:-1]] + [float(own[-2]['high'])]
    counts = [int(row['count']) for row in own]
    assert np.abs(np.histogram(values, edges)[0] - counts[:-1]).max() <= 2  # values on an edge
    assert sum(counts) == values.size
    reference = [row for row in rows if (row['model'], row['noise']) == ('masked', 'gaussian:15')]
    assert [row['low'] for row in reference] == [row['low'] for row in own]


CKA = ['--between', 'noises', '--layers', '*', '--batch-size', '4']
SRGA = ['--components', '5', '--noises', 'gaussian:1']


@pytest.mark.parametrize(
    ('command', 'more', 'message'),
    [
        ('cka', [*CKA, '--layers', 'frist', '--noises', *NOISES], "'frist'. Did you mean first"),
        ('cka', [*CKA, '--noises', 'gaussian:1'], 'at least two --noises, got 1'),
        (
            'cka',
            [*CKA, '--batch-size', '3'],
            'multiple of --batch-size, and that at least 4, got 12',
        ),
        ('cka', [*CKA, '--batch-size', '5'], 'multiple of --batch-size, .*got 12 and 5'),
        ('srga', [*SRGA, 'gausian:2'], 'Did you mean gaussian'),
        ('srga', [*SRGA, 'GaussianNoise:sigm=2'], 'Did you mean sigma'),
        ('srga', [*SRGA, 'gaussian:-2'], 'at least 0 gray levels'),
        ('srga', ['--noises', *NOISES], 'at least as many --patches as --components'),
        ('srga', SRGA, 'a noise in addition to the reference'),
        ('feature-distribution', ['--noises', 'gaussian:1', '--layer', '*'], 'name of one layer'),
        (
            'feature-distribution',
            ['--noises', 'gaussian:1', '--size', '64'],
            'smaller than a patch',
        ),
        ('feature-distribution', ['--output', 'figure.pdf'], 'expected NAME.png, got figure.pdf'),
        ('feature-distribution', ['--bins', '0'], 'at least one bin, got 0'),
        ('feature-distribution', ['--model', 'masked', 'a', 'b'], 'names, got masked twice'),
        ('feature-distribution', ['--model', 'third', 'lost.py', 'b'], 'lost.py'),
        ('feature-distribution', ['--size', '0'], 'at least 1 patch of at least 1 pixel'),
    ],
)
def test_what_is_wrong_is_said(place, tmp_path, capsys, command, more, message):
    if '--noises' not in more:
        more = [*more, '--noises', *NOISES]
    with pytest.raises(SystemExit):
        run(command, words(place, tmp_path / 'figure.png', *more))
    assert re.search(message, capsys.readouterr().err)
    assert not list(tmp_path.iterdir())
