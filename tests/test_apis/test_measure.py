"""Two folders of images of any origin: pairs, protocols, what is printed and what is refused."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import torch
from image_files import random_image, write_image, write_images

from mmrestore.apis import measure
from mmrestore.commands import main
from mmrestore.config import open_config
from mmrestore.evaluation import PSNR, SSIM
from mmrestore.evaluation.protocols import PROTOCOLS, protocol_metrics
from mmrestore.functional import psnr, rgb_to_y, ssim


@pytest.fixture
def folders(tmp_path):
    """Three images, and what is 3 gray levels off, of one name but for ending and suffix."""
    for number, image in enumerate(write_images(tmp_path / 'gt', '1.png', '2.png', 'x/10.png')):
        other = np.clip(image.astype(int) + 3 + number, 0, 255).astype(np.uint8)
        write_image(tmp_path / f'out/{["1", "2", "x/10"][number]}.png', other)
    return tmp_path


def unit(image):
    return torch.from_numpy(image).permute(2, 0, 1)[None] / 255


def test_the_numbers_are_those_of_the_functions(folders):
    metrics = ['PSNR', dict(type='PSNR', channel='y', crop_border=1, name='PSNR_Y')]
    measured = measure(folders / 'out', folders / 'gt', metrics=metrics)
    values = []
    for number in range(3):
        target = random_image(9, 13, seed=number)
        pred = np.clip(target.astype(int) + 3 + number, 0, 255).astype(np.uint8)
        mse = np.square(pred.astype(float) - target).mean()
        values.append(10 * np.log10(255**2 / mse))
    assert [v.value for v in measured.metrics[0].image_values] == pytest.approx(values)
    assert [v.image for v in measured.metrics[0].image_values] == ['1', '2', 'x/10']
    assert list(measured.means) == ['gt/PSNR', 'gt/PSNR_Y'] and measured.num_images == 3
    assert measured.means['gt/PSNR'] == pytest.approx(sum(values) / 3)


def test_the_command_prints_protocols_and_means(tmp_path, capsys):
    images = write_images(tmp_path / 'gt', 'a.png', 'b.png', height=20, width=24)
    for name, image in zip('ab', images, strict=True):
        write_image(tmp_path / f'out/{name}_x4.png', np.roll(image, 1, 0))
    words = ['--protocol', 'sr4', '--pattern', '{}_x4', '--name', 'mine', '--device', 'cpu']
    output = tmp_path / 'results'
    main(['measure', str(tmp_path / 'out'), str(tmp_path / 'gt'), *words, '--output', str(output)])
    lines = capsys.readouterr().out.splitlines()
    expected = [PSNR(channel='y', crop_border=4), SSIM(channel='y', crop_border=4)]
    for metric in expected:
        metric.channels = {3}
    assert lines[:3] == [*(metric.announcement() for metric in expected), '2 images']
    assert [line.split()[0] for line in lines[3:5]] == ['mine/PSNR', 'mine/SSIM']
    with open(output / 'images.csv', newline='') as file:
        rows = list(csv.DictReader(file))
    summary = json.loads((output / 'results.json').read_text())
    assert (summary['protocol'], summary['datasets']) == ('sr4', {'mine': 2})
    for number, (function, metric) in enumerate(((psnr, 'PSNR'), (ssim, 'SSIM'))):
        mine = [float(row['value']) for row in rows if row['metric'] == metric]
        pairs = [(unit(np.roll(image, 1, 0)), unit(image)) for image in images]
        assert mine == [function(*p, channel='y', crop_border=4).item() for p in pairs]
        mean = sum(mine) / 2
        assert summary['means'][f'mine/{metric}'] == mean
        assert lines[3 + number].split()[1] == f'{mean:.4f}'


def test_gray_and_color(tmp_path):
    (image,) = write_images(tmp_path / 'gt', '1.png', height=12, width=15)
    gray = random_image(12, 15, channels=1, seed=5)
    write_image(tmp_path / 'out/1.png', gray)
    with pytest.raises(ValueError, match=r'out/1.png is gray, .*: --color gray compares the luma'):
        measure(tmp_path / 'out', tmp_path / 'gt')
    by_rgb = measure(tmp_path / 'out', tmp_path / 'gt', color='rgb', metrics=['PSNR'])
    repeated = unit(gray).expand(-1, 3, -1, -1)
    assert by_rgb.means['gt/PSNR'] == psnr(repeated, unit(image)).item()
    by_luma = measure(tmp_path / 'out', tmp_path / 'gt', color='gray', metrics=['PSNR'])
    assert 'gray (full range)' in by_luma.metrics[0].protocol
    studio = rgb_to_y(unit(image))  # (16 + 219 Y) / 255 of the full-range luma Y
    luma = (studio * 255 - 16) / 219
    expected = psnr(unit(gray), luma).item()
    assert by_luma.means['gt/PSNR'] == pytest.approx(expected, abs=0.02)
    write_image(tmp_path / 'two/1.png', np.roll(gray, 1, 1))
    both = measure(tmp_path / 'two', tmp_path / 'out', metrics=['PSNR'])
    assert both.means == {'out/PSNR': psnr(unit(np.roll(gray, 1, 1)), unit(gray)).item()}


def test_files_of_16_bit(tmp_path):
    target = write_image(tmp_path / 'gt/1.png', random_image(9, 13, dtype=np.uint16))
    pred = write_image(tmp_path / 'out/1.png', (target // 257).astype(np.uint8))
    metrics = [dict(type='PSNR', rounded=False)]
    measured = measure(tmp_path / 'out', tmp_path / 'gt', metrics=metrics)
    expected = -10 * np.log10(np.square(pred / 255 - target / 65535).mean())
    assert measured.means['gt/PSNR'] == pytest.approx(expected, abs=1e-3)


def test_unpaired_images_are_named(folders, capsys):
    out, gt = folders / 'out', folders / 'gt'
    (out / '2.png').rename(out / '3.png')
    with pytest.raises(ValueError) as error:
        measure(out, gt)
    assert '3.png has no target' in str(error.value)
    assert '2.png has no restored image (--partial leaves it out)' in str(error.value)
    with pytest.raises(ValueError, match=r'3\.png has no target'):
        measure(out, gt, partial=True)
    (out / '3.png').unlink()
    main(['measure', str(out), str(gt), '--partial', '--metrics', 'PSNR'])
    assert '2 images, targets without a restored image: 1' in capsys.readouterr().out
    (gt / '1.jpg').write_bytes((gt / '1.png').read_bytes())
    with pytest.raises(ValueError, match=r'1\.png has several targets: 1\.jpg, 1\.png'):
        measure(out, gt, partial=True)


def test_names_without_anything_in_common(tmp_path):
    write_images(tmp_path / 'gt', '1.png')
    write_images(tmp_path / 'out', '1_ours.png')
    with pytest.raises(ValueError, match=r"1_ours.png, has the name .* --pattern '{}_restored'"):
        measure(tmp_path / 'out', tmp_path / 'gt')
    with pytest.raises(ValueError, match=r"no image in .*gt fits the pattern '{}_clean'"):
        measure(tmp_path / 'out', tmp_path / 'gt', target_pattern='{}_clean')
    with pytest.raises(ValueError, match=r'there is no folder .*nowhere'):
        measure(tmp_path / 'nowhere', tmp_path / 'gt')


def test_sizes_and_damage_are_found_before_anything_is_measured(folders):
    write_image(folders / 'out/1.png', random_image(8, 13))
    (folders / 'out/2.png').write_bytes(b'no image')
    with pytest.raises(ValueError) as error:
        measure(folders / 'out', folders / 'gt', output=folders / 'results')
    text = str(error.value)
    assert '2 problem(s)' in text and 'out/2.png: it is not an image' in text
    assert 'out/1.png is 8x13 (height x width), its target' in text and '9x13' in text
    assert not (folders / 'results').exists()


def test_images_that_are_too_small_for_a_metric(folders):
    with pytest.raises(ValueError, match=r'SSIM needs images whose sides .* for .*1.png'):
        measure(folders / 'out', folders / 'gt')


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(protocol='srgb'), "no protocol 'srgb': expected rgb, y, denoising"),
        (dict(metrics=['psnr']), "no metric 'psnr': did you mean PSNR"),
        (dict(metrics=['PSNR', 'PSNR']), 'metrics are given twice: PSNR'),
        (dict(metrics=[]), 'expected at least one metric'),
        (dict(metrics=['RecorruptedGain']), 'RecorruptedGain needs the degraded images'),
        (dict(metrics=[dict(type='PSNR', of='input')]), 'PSNR needs the degraded images'),
        (dict(crop_border=-1), 'a border of at least 0 pixels, got -1'),
        (dict(color='y'), 'color must be one of'),
    ],
)
def test_what_is_refused(folders, options, message):
    with pytest.raises(ValueError, match=message):
        measure(folders / 'out', folders / 'gt', **options)


def test_metrics_of_torchmetrics_by_name(tmp_path):
    pytest.importorskip('torchmetrics', reason='torchmetrics is not installed')
    images = write_images(tmp_path / 'gt', '1.png', '2.png', height=40, width=50)
    for number, image in enumerate(images, 1):
        write_image(tmp_path / f'out/{number}.png', image // 2)
    measured = measure(tmp_path / 'out', tmp_path / 'gt', metrics=['UQI', 'PeakSignalNoiseRatio'])
    expected = measure(tmp_path / 'out', tmp_path / 'gt', metrics=['PSNR'])
    theirs = measured.means['gt/PeakSignalNoiseRatio']
    assert theirs == pytest.approx(expected.means['gt/PSNR'], abs=1e-4)
    assert 0 < measured.means['gt/UQI'] < 1


def test_the_border_replaces_that_of_the_protocol():
    configs = protocol_metrics('sr4', ['PSNR', 'LPIPS', 'NIQE'], crop_border=2)
    assert configs == [
        dict(type='PSNR', channel='y', crop_border=2),
        dict(type='LPIPS'),
        dict(type='NIQE', crop_border=2),
    ]
    assert PROTOCOLS['sr4'].settings['PSNR']['crop_border'] == 4


@pytest.mark.parametrize(
    ('protocol', 'config', 'datasets'),
    [
        ('rgb', '_base_/datasets/real_noise_tests', None),
        ('sidd', '_base_/datasets/self_supervised_sidd', None),
        ('denoising', '_base_/datasets/denoising_div2k_sigma50', None),
        ('deblurring', '_base_/datasets/deblurring_gopro', ['gopro', 'hide']),
        ('realblur', '_base_/datasets/deblurring_gopro', ['realblur_r', 'realblur_j']),
        ('sr4', '_base_/datasets/super_resolution_div2k', None),
    ],
)
def test_protocols_are_those_of_the_configs(protocol, config, datasets):
    metrics = open_config(config).test_evaluator.metrics
    listed = [m.to_dict() for m in metrics if m.type in ('PSNR', 'SSIM')]
    chosen = [m for m in listed if m.pop('datasets', None) == datasets and 'of' not in m]
    scale = chosen[0].get('crop_border', 4)
    name = f'sr{scale}' if protocol == 'sr4' else protocol
    assert chosen[:2] == protocol_metrics(name, ['PSNR', 'SSIM'])
