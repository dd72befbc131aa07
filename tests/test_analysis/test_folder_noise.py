"""What can be known of a folder of noisy pictures."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PIL import Image
from small_photographs import noisy_picture

from mmrestore.analysis.folder_noise import CLIPPED, UNKNOWN, measure_folder
from mmrestore.analysis.noise_pairs import estimate_correlation
from mmrestore.commands import main
from mmrestore.datasets.image_writer import write_image

SIZE = dict(height=200, width=256)


def blurred(sigma: float, seed: int) -> np.ndarray:
    """White noise on gray, averaged over pairs of pixels along both axes."""
    noise = np.random.default_rng(seed).normal(0, sigma, (201, 257, 3))
    noise = (noise[1:] + noise[:-1]) / 2**0.5
    noise = (noise[:, 1:] + noise[:, :-1]) / 2**0.5
    return (120 + noise).round().clip(0, 255).astype(np.uint8)


def test_noise_is_told_by_picture_brightness_and_distance(tmp_path):
    for seed, sigma in enumerate((4, 6, 8)):
        write_image(tmp_path / f'{seed}.png', blurred(sigma, seed))
    found = measure_folder(tmp_path)
    files, level, brightness, correlation = found.tables
    assert files[2] == [['PNG', '256 x 200', 'color', '8 bit', 3]]
    assert level[2][0][0] == 3 and float(level[2][0][2]) == pytest.approx(6, abs=0.8)
    assert [float(x) for x in level[2][0][1:]] == sorted(float(x) for x in level[2][0][1:])
    assert brightness[1] == ['brightness', '96-127']
    values = [float(x) for x in correlation[2][0][1:]]
    assert values[0] == pytest.approx(0.5, abs=0.06)
    assert np.allclose(values[1:], 0, atol=0.08) and len(values) == 6
    assert found.sentences == [UNKNOWN] and found.problems == []


def test_jpeg_is_told_by_header_and_by_pixels(tmp_path):
    picture = Image.fromarray(noisy_picture(**SIZE))
    picture.save(tmp_path / 'a.jpg', quality=80)
    table = measure_folder(tmp_path).tables[1]
    assert table[2][0] == ['quality by header', '80, 4:2:0', '1 files']
    assert table[2][1][2] == '1 of 1 pictures'
    with Image.open(tmp_path / 'a.jpg') as decoded:
        decoded.save(tmp_path / 'b.png')
    (tmp_path / 'a.jpg').unlink()
    rows = measure_folder(tmp_path).tables[1][2]
    assert len(rows) == 1 and rows[0][2] == '1 of 1 pictures'  # saved again without a loss
    write_image(tmp_path / 'b.png', noisy_picture(**SIZE))
    captions = [caption for caption, _, _ in measure_folder(tmp_path).tables]
    assert not any(caption.startswith('JPEG') for caption in captions)


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('value', [0, 255])
def test_clipped_and_tiny_pictures_divide_by_nothing(tmp_path, channels, value):
    write_image(tmp_path / 'a.png', np.full((300, 200, channels), value, np.uint8))
    write_image(tmp_path / 'b.png', np.full((9, 9, channels), 100, np.uint8))
    found = measure_folder(tmp_path)
    assert len(found.tables) == 1 and found.sentences == [CLIPPED]


def test_gray_and_16_bit_pictures_and_constant_ones(tmp_path):
    gray = 257 * blurred(6, 0)[..., :1].astype(np.uint16)
    write_image(tmp_path / 'a.png', gray)
    level = measure_folder(tmp_path).tables[1]
    assert float(level[2][0][2]) == pytest.approx(6, abs=0.8)
    write_image(tmp_path / 'a.png', np.full((200, 256, 1), 100, np.uint8))
    assert float(measure_folder(tmp_path).tables[1][2][0][2]) == 0


def test_the_command_prints_tables_and_names_damaged_files(tmp_path, capsys):
    write_image(tmp_path / 'a.png', noisy_picture(**SIZE))
    main(['analyze', 'noise', str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == 'Files:' and lines[-1].startswith('Not known: ')
    (tmp_path / 'b.png').write_bytes(b'no image')
    with pytest.raises(SystemExit) as status:
        main(['analyze', 'noise', str(tmp_path)])
    assert status.value.code == 1 and 'b.png' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(['analyze', 'noise', str(tmp_path / 'none')])
    assert 'none is no folder' in capsys.readouterr().err
    (tmp_path / 'a.png').unlink()
    with pytest.raises(ValueError, match=r'no picture of .* can be read: cannot read .*b\.png'):
        measure_folder(tmp_path)


def test_correlation_is_estimated_without_clean_images(tmp_path, capsys):
    (tmp_path / 'noisy').mkdir()
    for seed in range(2):
        write_image(tmp_path / f'noisy/{seed}_real.png', blurred(6, seed))
    found = estimate_correlation(tmp_path / 'noisy', pattern='{}_real', reach=4)
    assert found[0] == 1 and found[1] == pytest.approx(0.5, abs=0.05)
    assert found[2:].abs().max() < 0.06
    words = ['--noisy', str(tmp_path / 'noisy'), '--pattern', '{}_real']
    output = tmp_path / 'spots.png'
    main(['analyze', 'noise-correlation', *words, '--reach', '4', '--output', str(output)])
    rows = list(csv.DictReader((tmp_path / 'spots.csv').open()))
    assert [float(row['along_axes']) for row in rows] == pytest.approx(found.tolist())
    assert {row['component'] for row in rows} == {'noise, estimated'} and output.exists()
    for more, message in (
        (['--samplers', 'adjacent'], 'pair samplers need clean images'),
        (['--reach', '16'], 'distances from 1 to 15 can be measured, got 16'),
    ):
        with pytest.raises(SystemExit):
            main(['analyze', 'noise-correlation', *words, *more, '--output', str(output)])
        assert message in capsys.readouterr().err
    for seed in range(2):
        write_image(tmp_path / f'noisy/{seed}_real.png', np.zeros((90, 90, 3), np.uint8))
    with pytest.raises(ValueError, match='that are not clipped'):
        estimate_correlation(tmp_path / 'noisy', pattern='{}_real', reach=4)
