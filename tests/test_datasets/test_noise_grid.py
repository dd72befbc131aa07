"""Test sets under many noises: names, order, draws and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from image_files import write_images
from tiny_components import tiny_config

from mmrestore.config import open_config
from mmrestore.datasets import ConcatDataset, NoiseGrid, SampleKey, image_file
from mmrestore.datasets.sample_key import sample_rng
from mmrestore.datasets.transforms import AddNoise, load_image
from mmrestore.engine import Runner
from mmrestore.registry import DATASETS

CONFIG = Path(__file__).parents[2] / 'configs/_base_/datasets/generalization.py'
NOISES = dict(
    speckle=dict(type='SpeckleNoise', levels=dict(variance=[0.02, 0.04])),
    gaussian=dict(type='GaussianNoise', clip=True, levels=dict(sigma=[15])),
    camera=dict(type='CameraNoise'),
    left_out=None,
)
PIPELINE = dict(
    image=dict(type='LoadImage'),
    middle=None,
    noise=dict(type='AddNoise', seed=None),
    tensor=dict(type='PackInputs'),
)
CELLS = ['speckle_0.02', 'speckle_0.04', 'gaussian_15', 'camera']


@pytest.fixture
def folders(tmp_path):
    """Two test sets of two and one images of odd sizes, with their images."""
    images = {
        'first': write_images(tmp_path / 'first', '1.png', '2.png', height=15, width=20),
        'second': write_images(tmp_path / 'second', '1.png', height=21, width=16),
    }
    return tmp_path, images


def grid(folder, *, noises=NOISES, pipeline=PIPELINE, **options):
    sets = ('first', 'second', 'third')
    datasets = {n: dict(type='ImageFolder', root=folder / n, **options) for n in sets}
    return NoiseGrid({**datasets, 'third': None}, noises=noises, pipeline=pipeline)


def test_names_order_and_places(folders):
    built = grid(folders[0])
    assert list(built.datasets) == [f'{s}/{cell}' for s in ('first', 'second') for cell in CELLS]
    assert len(built) == 12
    assert list(built.starts.values()) == [0, 2, 4, 6, 8, 9, 10, 11]
    names = [built[i]['data_samples'].dataset for i in range(12)]
    assert names == [*(f'first/{c}' for c in CELLS for _ in '12'), *(f'second/{c}' for c in CELLS)]
    assert built.metainfo == {'name': 'noise grid', 'names': list(built.datasets)}


def test_samples_are_those_of_the_transform(folders):
    """The obvious twin: one transform for each cell, applied to the image by hand."""
    folder, images = folders
    built = grid(folder)
    configs = {
        'speckle_0.02': dict(type='SpeckleNoise', variance=0.02),
        'speckle_0.04': dict(type='SpeckleNoise', variance=0.04),
        'gaussian_15': dict(type='GaussianNoise', clip=True, sigma=15),
        'camera': dict(type='CameraNoise'),
    }
    samples = iter(built)
    for test_set in ('first', 'second'):
        for cell in CELLS:
            for index, image in enumerate(images[test_set]):
                sample = next(samples)
                given = {'img': image, 'rng': sample_rng(index)}
                expected = AddNoise(configs[cell], seed=None)(given)
                assert sample['inputs'].dtype == torch.uint8
                assert np.array_equal(sample['inputs'].permute(1, 2, 0), expected['img'])
                target = sample['data_samples'].gt_img.permute(1, 2, 0).numpy()
                assert np.array_equal(target, expected['gt'])
                assert np.array_equal(target, image) == (cell != 'camera')


def test_an_image_has_the_same_draws_at_all_levels_and_in_every_test(folders):
    pipeline = {**PIPELINE, 'noise': dict(type='AddNoise', seed=None, round=False)}
    built = grid(folders[0], pipeline=pipeline)

    def noise(index):
        sample = built[index]
        return sample['inputs'] - sample['data_samples'].gt_img / 255

    weak, strong = noise(0), noise(2)
    torch.testing.assert_close(strong, weak * 2**0.5, atol=1e-6, rtol=1e-4)
    assert noise(0).equal(weak)
    assert not torch.allclose(noise(1), weak, atol=0.1)
    key = SampleKey(seed=0, epoch=0, index=2)
    assert built[key]['inputs'].equal(built[2]['inputs'])
    again = SampleKey(seed=0, epoch=1, index=2)
    assert not built[again]['inputs'].equal(built[2]['inputs'])


def test_with_a_seed_all_images_of_one_size_have_equal_noise(folders):
    pipeline = {**PIPELINE, 'noise': dict(type='AddNoise', seed=5, round=False)}
    noises = dict(gaussian=dict(type='GaussianNoise', levels=dict(sigma=[15])))
    built = grid(folders[0], noises=noises, pipeline=pipeline)
    first, second, other = ((s['inputs'] - s['data_samples'].gt_img / 255) for s in built)
    torch.testing.assert_close(first, second, atol=1e-6, rtol=0)
    assert other.shape == (3, 21, 16)


def test_a_cache_decodes_every_image_once(folders, monkeypatch):
    read = []

    def count(path, **options):
        read.append(path)
        return image_file.read_image(path, **options)

    plain = [sample['inputs'] for sample in grid(folders[0])]
    monkeypatch.setattr(load_image, 'read_image', count)
    cached = [sample['inputs'] for sample in grid(folders[0], cache=True)]
    assert len(read) == 3
    assert all(a.equal(b) for a, b in zip(plain, cached, strict=True))


def test_other_test_sets_may_stand_beside_the_grid(folders):
    folder, _ = folders
    both = ConcatDataset(
        dict(
            grid=dict(
                type='NoiseGrid',
                datasets=dict(first=dict(type='ImageFolder', root=folder / 'first')),
                noises=NOISES,
                pipeline=PIPELINE,
            ),
            real=dict(
                type='ImageFolder',
                root=folder / 'second',
                pipeline=[dict(type='LoadImage'), dict(type='PackInputs')],
            ),
        )
    )
    assert len(both) == 9 and both[8]['data_samples'].dataset == 'real'
    assert both[7]['data_samples'].dataset == 'first/camera'


def test_one_validation_loop_measures_every_cell(folders, tmp_path):
    config = tiny_config(tmp_path / 'run')
    config.val_dataloader.dataset = dict(
        type='NoiseGrid',
        datasets=dict(
            first=dict(type='ImageFolder', root=str(folders[0] / 'first')),
            second=dict(type='ImageFolder', root=str(folders[0] / 'second')),
        ),
        noises=NOISES,
        pipeline=PIPELINE,
    )
    config.val_evaluator = dict(type='Evaluator', metrics=[dict(type='PSNR', of='input')])
    runner = Runner.from_cfg(config)
    metrics = runner.val()
    expected = [f'{s}/{cell}/PSNR' for s in ('first', 'second') for cell in CELLS]
    assert list(metrics) == expected
    assert metrics['first/speckle_0.02/PSNR'] - metrics['first/speckle_0.04/PSNR'] > 1


@pytest.mark.parametrize(
    ('noises', 'message'),
    [
        (dict(a=dict(type='SpekleNoise')), "'SpekleNoise'. Did you mean SpeckleNoise"),
        (dict(a=dict(type='SpeckleNoise', levels=dict(variance=[-0.1]))), r'-0\.1'),
        (dict(a=dict(type='MixtureNoise', levels=dict(level=[1, 6]))), '6'),
        (dict(a=dict(type='SpeckleNoise', levels=dict(varianc=[1]))), 'Did you mean variance'),
        (dict(a=dict(type='SpeckleNoise', levels=[0.1])), r'levels=dict\(PARAMETER=\[LEVEL, '),
        (dict(a=dict(type='SpeckleNoise', levels=dict(a=[1], b=[1]))), "got {'a': .*'b'"),
        (
            dict(a=dict(type='SpeckleNoise', levels=dict(variance=[]))),
            r'list of numbers.*got \[\]',
        ),
        (dict(a=dict(type='SpeckleNoise', levels=dict(variance='0.1'))), "numbers.*got '0.1'"),
        (dict(a=dict(type='SpeckleNoise', levels=dict(variance=[0.1, 0.1]))), 'must differ'),
        (
            dict(a=dict(type='SpeckleNoise', variance=0.2, levels=dict(variance=[0.1]))),
            'variance=0.2 and levels of',
        ),
        (dict(a=None), 'at least one noise'),
    ],
)
def test_noises_that_cannot_be_are_refused_before_any_image_is_looked_for(noises, message):
    with pytest.raises((ValueError, KeyError, TypeError), match=message):
        grid(Path('nowhere'), noises=noises)


@pytest.mark.parametrize(
    'pipeline', [[dict(type='LoadImage')], dict(image=dict(type='LoadImage')), dict(noise=None)]
)
def test_a_pipeline_needs_the_step_of_the_noise(pipeline, folders):
    with pytest.raises(ValueError, match="named steps including 'noise'"):
        grid(folders[0], pipeline=pipeline)


def test_a_crop_that_does_not_fit_is_refused(folders):
    pipeline = {**PIPELINE, 'middle': dict(type='CenterCrop', size=16)}
    with pytest.raises(ValueError, match=r'smaller than the 16x16 .* of the pipeline'):
        grid(folders[0], pipeline=pipeline)


@pytest.mark.parametrize('dumped', [False, True])
def test_the_grid_of_the_paper(tmp_path, monkeypatch, dumped):
    for name in ('kodak24', 'mcmaster', 'cbsd68', 'urban100'):
        write_images(tmp_path / 'data/test' / name, '1.png', height=13, width=18)
    monkeypatch.chdir(tmp_path)
    config = open_config(CONFIG)
    if dumped:
        config.dump(tmp_path / 'copy.py')
        config = open_config(tmp_path / 'copy.py')
    built = DATASETS.build(config.test_dataloader.dataset)
    assert len(built) == len(built.datasets) == 100
    levels = {
        'gaussian': '15',
        'speckle': '0.018 0.024 0.03 0.036 0.04',
        'poisson': '2 2.5 3 3.5',
        'correlated': '40 45 50 55 60',
        'salt_and_pepper': '0.002 0.012 0.016 0.02',
        'mixture': '1 2 3 4 5',
    }
    names = {f'{noise}_{level}' for noise, given in levels.items() for level in given.split()}
    assert {name.removeprefix('cbsd68/') for name in built.datasets if 'cbsd68' in name} == {
        *names,
        'camera',
    }
    samples = {s['data_samples'].dataset: s for s in built}
    assert len(samples) == 100 and all(s['inputs'].shape == (3, 13, 18) for s in samples.values())
    errors = [
        (s['inputs'].float() - s['data_samples'].gt_img.float()).square().mean().item()
        for name, s in samples.items()
        if re.match('urban100/correlated', name)
    ]
    assert errors == sorted(errors) and errors[0] > 0
    assert [m.type for m in config.val_evaluator.metrics] == ['PSNR', 'SSIM']
    assert [m.type for m in config.test_evaluator.metrics] == ['PSNR', 'SSIM', 'LPIPS']


def test_the_configs_of_the_documentation(tmp_path, monkeypatch):
    configs = CONFIG.parents[2]
    page = (configs.parent / 'docs/generalization.md').read_text()
    validation, own = [
        block
        for block in re.findall(r'```python\n(.*?)```', page, re.DOTALL)
        if block.startswith('_base_')
    ]
    for name in ('test/kodak24', 'test/mcmaster', 'test/cbsd68', 'mine'):
        write_images(tmp_path / 'data' / name, '1.png')
    monkeypatch.chdir(tmp_path)
    bases = {'./swinir.py': configs / 'masked/swinir.py', 'configs/_base_/': CONFIG.parents[1]}
    names = {}
    for file, block, (base, place) in zip('ab', (validation, own), bases.items(), strict=True):
        end = '/' if base.endswith('/') else ''
        Path(f'{file}.py').write_text(block.replace(base, f'{place}{end}'))
        config = open_config(f'{file}.py')
        loader = config.val_dataloader if file == 'a' else config.test_dataloader
        names[file] = list(DATASETS.build(loader.dataset).datasets)
    cells = ['gaussian_15', 'speckle_0.018', 'speckle_0.03', 'poisson_2']
    assert names['a'] == [f'{s}/{cell}' for s in ('kodak24', 'mcmaster') for cell in cells]
    assert {name.split('/')[0] for name in names['b']} == {'kodak24', 'mcmaster', 'cbsd68', 'mine'}
    assert {'mine/jpeg_10', 'mine/gaussian_50', 'mine/mixture_5'} < set(names['b'])
    assert 'mine/camera' not in names['b']


def test_cells_can_be_left_out_and_changed_by_name(tmp_path):
    (tmp_path / 'leaf.py').write_text(
        f"_base_ = '{CONFIG}'\n"
        'val_dataloader = dict(dataset=dict(\n'
        '    datasets=dict(urban100=None, cbsd68=None),\n'
        '    noises=dict(camera=None, speckle=dict(levels=dict(variance=[0.05]))),\n'
        '))\n'
    )
    dataset = open_config(tmp_path / 'leaf.py').val_dataloader.dataset
    assert dataset.noises.camera is None
    assert dataset.noises.speckle == dict(type='SpeckleNoise', levels=dict(variance=[0.05]))
    assert [name for name, given in dataset.datasets.items() if given] == ['kodak24', 'mcmaster']
