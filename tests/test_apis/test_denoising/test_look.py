"""What is told of a folder before anything is done."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from small_photographs import noisy_picture, write_denoiser

from mmrestore.apis.denoising.denoise import denoise
from mmrestore.apis.denoising.jpeg_quality import jpeg_quality
from mmrestore.apis.denoising.sample import read_sample, spread
from mmrestore.apis.restore_plan import plan_restoring
from mmrestore.datasets.image_writer import write_image


@pytest.mark.parametrize('quality', [30, 75, 90, 98])
def test_the_quality_of_a_jpeg_is_read(tmp_path, quality):
    picture = Image.fromarray(noisy_picture())
    for sampling, name in ((0, '4:4:4'), (2, '4:2:0')):
        picture.save(tmp_path / 'a.jpg', quality=quality, subsampling=sampling)
        assert jpeg_quality(tmp_path / 'a.jpg') == (pytest.approx(quality, abs=1), name)


def test_what_is_no_jpeg_has_no_quality(tmp_path):
    write_image(tmp_path / 'a.png', noisy_picture())
    (tmp_path / 'b.jpg').write_bytes(b'no image')
    assert jpeg_quality(tmp_path / 'a.png') is None and jpeg_quality(tmp_path / 'b.jpg') is None


def test_files_noise_and_jpeg_are_told_first(tmp_path):
    (tmp_path / 'mine').mkdir()
    for seed in range(3):
        picture = Image.fromarray(noisy_picture(seed=seed, height=160, width=200))
        picture.save(tmp_path / f'mine/{seed}.jpg', quality=80)
    write_image(tmp_path / 'mine/gray.png', noisy_picture(channels=1))
    lines: list[str] = []
    denoise(tmp_path / 'mine', minutes=0, checkpoint=write_denoiser(tmp_path), say=lines.append)
    text = '\n'.join(lines)
    assert 'mine: 4 pictures, 0.1 megapixels (3 JPEG, 1 PNG)' in text
    assert '  JPEG    200 x 160  color  8 bit  3' in text
    assert 'Noise of flat parts' in text and 'Correlation of the noise' in text
    assert '3 of 4 files are JPEG of quality about 80, 4:2:0' in text
    assert 'This restores 4 pictures, about' in text


def test_many_pictures_are_sampled_and_damaged_ones_left_out(tmp_path):
    for number in range(40):
        write_image(tmp_path / f'{number:02}.png', np.full((20, 20, 3), number, np.uint8))
    plan = plan_restoring([tmp_path], tmp_path / 'out')
    names = [job.source.name for job in plan.jobs]
    (tmp_path / '00.png').write_bytes(b'gone bad since')
    sample = read_sample(plan.jobs, names)
    assert [picture.name for picture in sample] == [names[i] for i in spread(40, 32)[1:]]
    assert all(picture.crops[0].shape == (3, 20, 20) for picture in sample)
