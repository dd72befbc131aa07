"""Results of a test in files: images, the table of all images, means and protocols."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import platform

import numpy as np
import pytest
import torch
from image_files import write_images
from mmengine.evaluator import BaseMetric
from tiny_components import tiny_config

from mmrestore import apis
from mmrestore.apis.measuring import measure
from mmrestore.apis.results import write_results
from mmrestore.commands import main
from mmrestore.config import config_text
from mmrestore.datasets.image_file import read_image
from mmrestore.engine.hooks.restored_images_hook import RestoredImagesHook, image_file, to_stored
from mmrestore.evaluation import PSNR, SSIM
from mmrestore.functional import psnr
from mmrestore.structures import DataSample
from mmrestore.version import __version__

METRICS = [
    dict(type='PSNR'),
    dict(type='SSIM', channel='y'),
    dict(type='PSNR', rounded=False, name='PSNR_unrounded'),
    dict(type='PSNR', of='input', name='PSNR_of_input'),
]
PIPELINE = dict(
    image=dict(type='LoadImage'),
    noise=dict(type='AddGaussianNoise', sigma=25),
    tensor=dict(type='PackInputs'),
)


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """A tiny network that was trained for an epoch, with two test sets, one with folders."""
    folder = tmp_path_factory.mktemp('trained')
    write_images(folder / 'flat', 'a.png', 'b10.png', 'b9.png', height=20, width=23)
    write_images(folder / 'nested', 'x/1.png', 'y/1.png', '2.png', height=18, width=17)
    datasets = {
        'flat': dict(type='ImageFolder', root=str(folder / 'flat'), pipeline=PIPELINE),
        'of/nested': dict(type='ImageFolder', root=str(folder / 'nested'), pipeline=PIPELINE),
    }
    config = tiny_config(folder / 'run', train_cfg__max_epochs=1, custom_hooks=[])
    config.experiment_name = folder.name
    config.test_dataloader = dict(
        dataset=dict(type='ConcatDataset', datasets=datasets),
        sampler=dict(type='DefaultSampler', shuffle=False),
        batch_size=1,
    )
    config.test_evaluator = dict(type='Evaluator', metrics=METRICS)
    config.test_cfg = dict(type='TestLoop')
    file = folder / 'net.py'
    file.write_text(config_text(config))
    return folder, file, apis.train(file) / 'epoch_1.pth'


def run_test(trained, output, **options):
    _, config, checkpoint = trained
    overrides = [f'experiment_name={output.parent.name}_{os.getpid()}']
    return apis.test(
        config, checkpoint, output=output, work_dir=output / 'log', overrides=overrides, **options
    )


def read_table(output):
    with open(output / 'images.csv', newline='') as file:
        return list(csv.DictReader(file))


def means_of(rows):
    groups: dict[str, list[float]] = {}
    for row in rows:
        groups.setdefault(f'{row["dataset"]}/{row["metric"]}', []).append(float(row['value']))
    return {name: sum(values) / len(values) for name, values in groups.items()}


def test_tables_images_and_means_agree(trained, tmp_path):
    folder, config, checkpoint = trained
    means = run_test(trained, tmp_path / 'out')
    rows = read_table(tmp_path / 'out')
    assert means_of(rows) == means, 'bit for bit'
    assert len(rows) == 6 * len(METRICS)
    assert [row['image'] for row in rows[:6]] == ['a', 'b9', 'b10', '2', 'x/1', 'y/1']
    summary = json.loads((tmp_path / 'out/results.json').read_text())
    assert summary['means'] == means
    assert summary['datasets'] == {'flat': 3, 'of/nested': 3}
    assert summary['config'] == str(config)
    digest = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert summary['checkpoint'] == {'path': str(checkpoint), 'sha256': digest}
    versions = [__version__, str(torch.__version__), platform.python_version()]
    assert list(summary['versions'].values()) == versions
    assert summary['overrides'][0].startswith('experiment_name=')
    protocols = {metric['name']: metric['protocol'] for metric in summary['metrics']}
    expected = SSIM(channel='y')
    expected.channels = {3}
    assert protocols['SSIM'] == expected.protocol
    assert summary['metrics'][3]['of'] == 'input'

    # The files are what was measured: 8 bit, rounded as the metric rounds.
    for row in rows[:6]:
        image = read_image(tmp_path / 'out/images' / row['dataset'] / f'{row["image"]}.png')
        source = 'flat' if row['dataset'] == 'flat' else 'nested'
        target = read_image(folder / source / f'{row["image"]}.png')
        pair = [torch.from_numpy(x).permute(2, 0, 1)[None] / 255 for x in (image, target)]
        assert psnr(*pair).item() == float(row['value'])


@pytest.mark.parametrize(('name', 'target'), [('flat', 'flat'), ('of/nested', 'nested')])
def test_the_folders_measured_again_give_the_same(trained, tmp_path, name, target):
    folder, _, _ = trained
    means = run_test(trained, tmp_path / 'out')
    images = tmp_path / 'out/images' / name
    again = measure(
        images, folder / target, protocol='denoising', name=name, output=tmp_path / 'again'
    )
    assert again.means == {key: means[key] for key in (f'{name}/PSNR', f'{name}/SSIM')}
    wanted = [r for r in read_table(tmp_path / 'out') if r['dataset'] == name]
    assert read_table(tmp_path / 'again') == [r for r in wanted if r['metric'] in ('PSNR', 'SSIM')]
    unrounded = measure(images, folder / target, metrics=[dict(type='PSNR', rounded=False)])
    assert unrounded.means[f'{target}/PSNR'] == pytest.approx(
        means[f'{name}/PSNR_unrounded'], abs=0.05
    )


def test_the_command_saves_the_first_images(trained, tmp_path, capsys):
    _, config, checkpoint = trained
    words = ['--cfg-options', f'experiment_name={tmp_path.name}', '--work-dir', str(tmp_path / 'w')]
    output = tmp_path / 'out'
    main(['test', str(config), str(checkpoint), '--output', str(output), '--save', '2', *words])
    names = [str(p.relative_to(output / 'images')) for p in sorted(output.rglob('*.png'))]
    assert names == ['flat/a.png', 'flat/b9.png', 'of/nested/2.png', 'of/nested/x/1.png']
    assert len(read_table(output)) == 6 * len(METRICS)
    with pytest.raises(SystemExit):
        main(['test', str(config), str(checkpoint), '--save', '2'])
    assert (
        '--save needs a folder for the restored images: give --output DIR'
        in capsys.readouterr().err
    )


def test_the_config_of_the_checkpoint(trained, tmp_path):
    _, _, checkpoint = trained
    means = apis.test(
        None,
        checkpoint,
        imports=['tiny_components'],
        overrides={'experiment_name': tmp_path.name},
        work_dir=tmp_path / 'log',
        output=tmp_path / 'out',
    )
    summary = json.loads((tmp_path / 'out/results.json').read_text())
    assert summary['config'] is None and means == means_of(read_table(tmp_path / 'out'))
    assert summary['overrides'] == [f'experiment_name={tmp_path.name}']


def test_images_that_are_tested_are_not_replaced(trained, tmp_path):
    folder, _, _ = trained
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out/images').symlink_to(folder)
    before = (folder / 'flat/a.png').read_bytes()
    with pytest.raises(ValueError, match=r'below .*out/images, where .*flat is, which is tested'):
        run_test(trained, tmp_path / 'out')
    assert (folder / 'flat/a.png').read_bytes() == before


def test_stale_tables_do_not_stay_beside_new_images(trained, tmp_path, monkeypatch):
    (tmp_path / 'out').mkdir()
    for name in ('images.csv', 'results.json'):
        (tmp_path / 'out' / name).write_text('old')

    def full(*args, **options):
        raise OSError('no space left')

    monkeypatch.setattr('mmrestore.engine.hooks.restored_images_hook.write_image', full)
    with pytest.raises(OSError, match='no space left'):
        run_test(trained, tmp_path / 'out')
    assert not list((tmp_path / 'out').glob('*.*'))


def test_values_that_are_not_finite(tmp_path):
    metric = PSNR()
    image = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
    same = dict(pred_img=image, gt_img=image, path='a/1.png', dataset='d')
    metric.process(None, [same, {**same, 'path': 'b/1.png'}])
    means = metric.evaluate(2)
    write_results(tmp_path, [metric, OtherMetric()], means, facts={'target': 'x'})
    assert [(r['image'], float(r['value'])) for r in read_table(tmp_path)] == [
        ('1', float('inf')),
        ('1_2', float('inf')),
    ]
    text = (tmp_path / 'results.json').read_text()
    summary = json.loads(text, parse_constant=lambda word: pytest.fail(f'{word} is no JSON'))
    assert summary['means'] == {'d/PSNR': 'inf'} and summary['target'] == 'x'
    assert summary['metrics'][1] == {'name': 'OtherMetric', 'protocol': None}


class OtherMetric(BaseMetric):
    """A metric of another package."""

    default_prefix = ''

    def process(self, data_batch, data_samples):
        """Do nothing."""

    def compute_metrics(self, results):
        """Do nothing."""
        return {}


def test_stored_values_are_those_of_the_metric():
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(3, 300, 301, generator=generator) * 1.2 - 0.1
    stored = to_stored(image)
    assert stored.dtype == np.uint8 and stored.shape == (300, 301, 3)
    expected = (image.double().clamp(0, 1) * 255).round().permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(stored, expected)


def test_names_stay_below_the_folder(tmp_path):
    for dataset, title in (('/etc', '/passwd'), ('../..', '../x'), ('d', '..'), (None, 'y' * 300)):
        file = image_file(tmp_path, dataset, title)
        assert tmp_path in file.parents and '..' not in file.parts
        assert len(file.name) <= 255
    with pytest.raises(ValueError, match='must not be negative, got -1'):
        RestoredImagesHook(tmp_path, num_images=-1)


@pytest.mark.parametrize(('num', 'written'), [(0, [0, 0]), (3, [2, 1]), (None, [5, 5])])
def test_processes_share_the_images_to_save(tmp_path, monkeypatch, num, written):
    place = 'mmrestore.engine.hooks.restored_images_hook'
    monkeypatch.setattr(f'{place}.get_world_size', lambda: 2)
    for rank in range(2):
        monkeypatch.setattr(f'{place}.get_rank', lambda rank=rank: rank)
        hook = RestoredImagesHook(tmp_path / str(rank), num_images=num)
        samples = [
            DataSample(pred_img=torch.zeros(1, 2, 2), metainfo=dict(path=f'{i}.png', dataset='d'))
            for i in range(5)
        ]
        for sample in samples:
            hook.after_test_iter(None, 0, None, [sample])
        assert len(list((tmp_path / str(rank)).rglob('*.png'))) == written[rank]
