"""The command that measures models on a grid of noises: numbers, resuming, refusals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from image_files import write_images
from matplotlib.figure import Figure
from tiny_components import tiny_config

from mmrestore.analysis import generalization, noise_measurement
from mmrestore.analysis.grid_results import NOISY, read_rows
from mmrestore.apis import init_restorer, restore
from mmrestore.commands import main
from mmrestore.config import config_text, open_config
from mmrestore.datasets import NoiseGrid
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.sample_key import sample_rng
from mmrestore.datasets.transforms import AddNoise
from mmrestore.engine.checkpoint import save_checkpoint
from mmrestore.functional import psnr, ssim

GRID = """
_base_ = 'mmrestore::_base_/datasets/generalization.py'
val_dataloader = None
val_evaluator = None
test_dataloader = dict(dataset=dict(
    datasets=dict(
        kodak24=dict(root='first', cache=False), mcmaster=dict(root='second'),
        cbsd68=None, urban100=None,
    ),
    noises=dict(
        poisson=None, correlated=None, salt_and_pepper=None, mixture=None,
        speckle=dict(levels=dict(variance=[0.02, 0.04])),
    ),
))
"""
WORDS = ['--metrics', 'PSNR', 'SSIM', '--workers', '0', '--device', 'cpu', '--grid', 'grid.py']
CELLS = [
    *(('kodak24', 'gaussian', 15), ('kodak24', 'speckle', 0.02), ('kodak24', 'speckle', 0.04)),
    ('kodak24', 'camera', None),
    *(('mcmaster', 'gaussian', 15), ('mcmaster', 'speckle', 0.02), ('mcmaster', 'speckle', 0.04)),
    ('mcmaster', 'camera', None),
]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working directory with test images, a grid, a config and two checkpoints of it."""
    monkeypatch.chdir(tmp_path)
    write_images(Path('first'), '1.png', '2.png', '3.png', height=17, width=14)
    write_images(Path('second'), '1.png', height=15, width=19)
    Path('grid.py').write_text(GRID)
    Path('tiny.py').write_text(config_text(tiny_config(tmp_path / 'run')))
    for seed in (0, 1):
        torch.manual_seed(seed)
        restorer = init_restorer('tiny.py')
        save_checkpoint({'meta': {}, 'state_dict': restorer.state_dict()}, Path(f'{seed}.pth'))
    return tmp_path


@pytest.fixture
def _empty_figures(monkeypatch):
    """Draw nothing, for drawing takes longest."""
    monkeypatch.setattr(generalization, 'draw', lambda *_: Figure())


def run(*words, models=(('plain', 0), ('masked', 1))):
    given = [f'--model {name} tiny.py {seed}.pth' for name, seed in models]
    main(['analyze', 'generalization', '--output', 'out', *WORDS, *' '.join(given).split(), *words])
    return {row.place: row for row in read_rows('out/results.csv')}


@pytest.mark.usefixtures('_empty_figures')
def test_every_number_is_that_of_the_obvious_loop(place):
    rows = run()
    models = {NOISY: None, 'plain': init_restorer('tiny.py', '0.pth')}
    models['masked'] = init_restorer('tiny.py', '1.pth')
    assert list(rows) == [(name, *cell) for cell in CELLS for name in models]
    configs = {
        'gaussian': lambda level: dict(type='GaussianNoise', sigma=level),
        'speckle': lambda level: dict(type='SpeckleNoise', variance=level),
        'camera': lambda _: dict(type='CameraNoise'),
    }
    for (name, test_set, noise, level), row in rows.items():
        folder, number = {'kodak24': ('first', 3), 'mcmaster': ('second', 1)}[test_set]
        found = []
        for index in range(number):
            clean = read_image(f'{folder}/{index + 1}.png')
            add = AddNoise(configs[noise](level), seed=None)
            noisy = add({'img': clean, 'rng': sample_rng(index)})
            unit = noisy['img'].astype('float32') / 255
            restored = restore(models[name], unit) if models[name] else unit
            pair = [
                torch.from_numpy(image).permute(2, 0, 1)[None]
                for image in (restored, noisy['gt'].astype('float32') / 255)
            ]
            found.append([f(*pair, crop_border=1).item() for f in (psnr, ssim)])
        means = [sum(values) / number for values in zip(*found, strict=True)]
        assert list(row.values.values()) == pytest.approx(means, rel=1e-6), row
        assert row.images == number and list(row.values) == ['PSNR', 'SSIM']


def test_what_is_written(place):
    run('--limit', '1', '--crop', '14')
    page = Path('out/results.md').read_text()
    assert '- plain: `tiny.py`, `0.pth`\n- masked: `tiny.py`, `1.pth`\n- PSNR: PSNR in dB, ' in page
    assert 'border of 1 pixels cropped' in page
    assert (
        '- images: the first 1 of each test set, of each the 14 x 14 pixels in the middle' in page
    )
    assert page.count('| noise | level | noisy input | plain | masked |') == 4
    assert len(re.findall(r'^\| speckle \| 0\.04 \|( \d+\.\d+ \|){3}$', page, re.MULTILINE)) == 4
    figures = sorted(file.name for file in Path('out').glob('*.png'))
    sets = ('kodak24', 'mcmaster')
    assert figures == [f'{name}_{metric}.png' for name in sets for metric in ('PSNR', 'SSIM')]
    assert all(file.read_bytes()[:4] == b'\x89PNG' for file in Path('out').glob('*.png'))
    assert all(row.images == 1 for row in read_rows('out/results.csv'))


@pytest.mark.parametrize('images', [2, 3, 11])
def test_a_killed_run_goes_on(place, monkeypatch, images):
    run()
    whole = Path('out/results.csv').read_text()
    page, figure = Path('out/results.md').read_text(), Path('out/kodak24_PSNR.png').read_bytes()
    Path('out').rename('whole')
    read: list[int] = []
    original = NoiseGrid.__getitem__

    def count(grid, key):
        if images is not None and len(read) == images:
            raise KeyboardInterrupt
        read.append(key)
        return original(grid, key)

    monkeypatch.setattr(NoiseGrid, '__getitem__', count)
    with pytest.raises(SystemExit, match='130'):
        run()
    done = read_rows('out/results.csv') if images >= 3 else []
    ends = [3, 6, 9, 12]  # of the cells in images, as far as the kills reach
    assert len(done) == 3 * sum(end <= images for end in ends)
    images, started = None, len(done) // 3 * 3  # every whole cell had three images
    read.clear()
    run()
    assert read == list(range(started, 16))
    assert Path('out/results.csv').read_text() == whole
    assert Path('out/results.md').read_text() == page
    assert Path('out/kodak24_PSNR.png').read_bytes() == figure
    read.clear()
    run()
    assert read == []
    assert Path('out/results.csv').read_text() == whole


@pytest.mark.usefixtures('_empty_figures')
def test_models_noises_and_levels_are_added(place, monkeypatch):
    whole = run()
    Path('out').rename('whole')
    predicted = []
    original = noise_measurement._measure_image

    def count(model, *rest):
        predicted.append(model)
        return original(model, *rest)

    monkeypatch.setattr(noise_measurement, '_measure_image', count)
    first = run('--noises', 'speckle:0.04', '--test-sets', 'mcmaster', models=[('plain', 0)])
    assert list(first) == [(m, 'mcmaster', 'speckle', 0.04) for m in (NOISY, 'plain')]
    assert len(predicted) == 2
    second = run('--noises', 'speckle', '--test-sets', 'mcmaster', models=[('masked', 1)])
    assert len(predicted) == 2 + 3  # 0.02: input and masked, 0.04: masked
    assert ('plain', 'mcmaster', 'speckle', 0.02) not in second
    page = Path('out/results.md').read_text()
    assert '- masked: `tiny.py`, `1.pth`\n- plain: measured by an earlier command\n- PSNR: ' in page
    assert run() == whole
    other = run('--noises', 'gaussian:25,5e1', '--test-sets', 'kodak24')
    assert {key[3] for key in other if key[2] == 'gaussian'} == {15, 25, 50}


@pytest.mark.usefixtures('_empty_figures')
@pytest.mark.skipif(not torch.cuda.is_available(), reason='there is no GPU')
def test_a_gpu_gives_what_the_cpu_gives(place):
    expected = run('--noises', 'camera', 'speckle')
    Path('out').rename('cpu')
    found = run('--noises', 'camera', 'speckle', '--device', 'cuda', '--workers', '2')
    assert list(found) == list(expected)
    for key, row in found.items():
        assert list(row.values.values()) == pytest.approx(
            list(expected[key].values.values()), rel=1e-3
        )


@pytest.mark.usefixtures('_empty_figures')
def test_workers_change_nothing(place):
    alone = run('--noises', 'camera', 'speckle')
    Path('out').rename('alone')
    assert run('--noises', 'camera', 'speckle', '--workers', '2') == alone


def test_lpips_with_random_weights_is_marked_everywhere(place):
    pytest.importorskip('lpips', reason='lpips is not installed')
    words = ['--metrics', 'LPIPS', '--lpips-weights', 'random', '--noises', 'speckle']
    write_images(Path('second'), '1.png', height=64, width=70)
    rows = run(*words, '--test-sets', 'mcmaster', models=[('plain', 0)])
    assert all(list(row.values) == ['LPIPS_random_weights'] for row in rows.values())
    assert Path('out/mcmaster_LPIPS_random_weights.png').exists()
    page = Path('out/results.md').read_text()
    assert '## mcmaster, LPIPS_random_weights (1 image)' in page
    assert 'LPIPS 0.1 (alex, RANDOM WEIGHTS of seed 0), BGR' in page


@pytest.mark.parametrize(
    ('change', 'words', 'message'),
    [
        (None, ['--limit', '1'], "what 'noisy input' reached on kodak24 .*by another protocol"),
        (None, ['--crop', '12'], 'by another protocol'),
        (None, ['--metrics', 'PSNR'], 'by another protocol'),
        ('1.pth', [], "another checkpoint or config than what is called 'plain'"),
        ('tiny.py', [], "another checkpoint or config than what is called 'plain'"),
        ('first/2.png', [], 'reached on kodak24 under speckle at 0.02, measured on other images'),
        ('grid.py', [], 'with another noise of that name'),
    ],
)
@pytest.mark.usefixtures('_empty_figures')
def test_what_cannot_be_compared_is_refused(place, capsys, change, words, message):
    run('--noises', 'speckle', models=[('plain', 0)])
    before = Path('out/results.csv').read_text()
    if change == '1.pth':
        Path('1.pth').rename('0.pth')
    elif change == 'tiny.py':
        config = open_config('tiny.py')
        config.model.inference = dict(ensemble=dict(type='SelfEnsemble'))
        Path('tiny.py').write_text(config_text(config))
    elif change == 'first/2.png':
        write_images(Path('first'), '2.png', height=18, width=14)
    elif change == 'grid.py':
        Path('grid.py').write_text(GRID.replace('speckle=dict(', 'speckle=dict(clip=True, '))
    with pytest.raises(SystemExit):
        run(*words, models=[('plain', 0)])
    assert re.search(message, capsys.readouterr().err)
    assert Path('out/results.csv').read_text() == before


@pytest.mark.parametrize(
    ('words', 'models', 'message'),
    [
        (['--noises', 'spekle'], [], "unknown noise 'spekle'. Did you mean speckle"),
        (['--noises', 'poisson'], [], "unknown noise 'poisson'.*has: gaussian, speckle, camera"),
        (['--noises', 'speckle:-1'], [], r'variance.*-1'),
        (['--noises', 'speckle:much'], [], 'expected --noises speckle:LEVEL,LEVEL'),
        (['--noises', 'camera:1'], [], "the noise 'camera' has no levels"),
        (['--test-sets', 'kodak'], [], "unknown test set 'kodak'. Did you mean kodak24"),
        (['--metrics', 'PSRN'], [], "unknown metric 'PSRN'. Did you mean PSNR"),
        (['--limit', '0'], [], 'at least 1, got 0'),
        (['--crop', '16'], [], 'smaller than the 16x16'),
        (['--grid', 'tiny.py'], [], 'a config whose test data are a NoiseGrid'),
        (['--grid', 'none.py'], [], 'none.py'),
        (['--metrics', 'LPIPS', '--lpips-weights', 'none.pth'], [], 'no file none.pth'),
        ([], [('plain', 0), ('plain', 1)], 'different names, got plain twice'),
        ([], [('plain', 0), ('masked', 7)], 'there is no file 7.pth'),
        (['--model', 'a', 'other.py', '0.pth'], [], 'there is no config other.py'),
        (['--model', NOISY, 'tiny.py', '0.pth'], [], 'give the model another name'),
    ],
)
def test_what_is_wrong_is_said_before_any_work(place, capsys, words, models, message):
    with pytest.raises(SystemExit):
        run(*words, models=models)
    assert re.search(message, capsys.readouterr().err)
    assert not Path('out').exists()
