"""The page beside the results of a folder."""

from __future__ import annotations

import re

import numpy as np
import pytest
from chromium import screenshot, shown_document
from small_photographs import drawing, noisy_picture, write_denoiser

from mmrestore.apis.denoising.denoise import denoise
from mmrestore.apis.denoising.views import choose_places, choose_views
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.image_writer import write_image

HOSTILE = '<script>alert(1)</script>.png'  # a folder `<script>alert(1)<` too


@pytest.fixture
def report(tmp_path):
    """The page of a folder with a hostile name, a noisy picture and a drawing."""
    for name in (HOSTILE, 'b.png'):
        write_image(tmp_path / 'mine' / name, noisy_picture(height=400, width=500))
    write_image(tmp_path / 'mine/drawing.png', drawing())
    checkpoint = write_denoiser(tmp_path)
    done = denoise(tmp_path / 'mine', minutes=0, checkpoint=checkpoint, say=lambda line: None)
    return done.output / 'report.html'


def test_every_picture_has_its_parts(report):
    text = report.read_text()
    assert text.count('<section>') == 3
    for caption in ('most detail', 'flattest part', 'strongest change'):
        assert text.count(f'{caption}: before, after') == 2
    assert text.count('what was taken away, contrast x') == 6
    assert text.count('gray levels: ') == 4 and text.count('eft as it was: ') >= 2
    assert 'Denoisers on the sample' in text and 'What was done' in text


def test_names_are_escaped_and_nothing_is_loaded(report):
    text = report.read_text()
    assert '<script>alert' not in text and '&lt;script&gt;alert(1)' in text
    assert not re.search(r'(src|href)="(?!data:)', text) and 'http://' not in text


def test_a_browser_shows_the_page(report, tmp_path):
    shown = shown_document(report, tmp_path)
    assert '&lt;script&gt;alert(1)' in shown
    screenshot(report, tmp_path / 'page.png', size=(1200, 1600))
    found = read_image(tmp_path / 'page.png')
    assert found.shape[:2] == (1600, 1200)
    assert len(np.unique(found.reshape(-1, 3), axis=0)) > 1000  # pictures are seen


def test_parts_lie_within_the_picture():
    rng = np.random.default_rng(0)
    for height, width in ((5, 4), (17, 300), (100, 31), (64, 64)):
        before = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
        after = before // 2
        for rows, columns in choose_places(before, after, 48).values():
            assert 0 <= rows.start < rows.stop <= height
            assert 0 <= columns.start < columns.stop <= width
        views = choose_views(before, after, side=48, quality=None)
        assert views[0].kind == 'overview' and len(views) >= 2


def test_clipped_parts_are_not_the_flat_part():
    before = np.zeros((64, 64, 1), np.uint8)
    before[:, 32:] = 100 + np.random.default_rng(0).integers(0, 9, (64, 32, 1))
    _, columns = choose_places(before, None, 32)['flat part']
    assert columns.start == 32
