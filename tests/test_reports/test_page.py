"""Pages: what is in them, and what a browser makes of them."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from chromium import screenshot, shown_document
from PIL import Image

from mmrestore.datasets.image_file import read_image
from mmrestore.reports.html import element, escaped, joined
from mmrestore.reports.images import data_uri, image
from mmrestore.reports.page import page
from mmrestore.reports.slider import slider
from mmrestore.reports.tables import table

HOSTILE = '<script>document.title = "run"</script>"\'&'


def test_texts_are_escaped_wherever_they_stand():
    text = page(
        HOSTILE,
        [
            HOSTILE,
            element('p', HOSTILE, attributes={'title': HOSTILE}),
            table([HOSTILE], [[HOSTILE]], caption=HOSTILE),
            image(data_uri(np.zeros((1, 1, 3), np.uint8)), alt=HOSTILE),
            slider(*2 * [data_uri(np.zeros((1, 1, 1), np.uint8))], size=(1, 1), caption=HOSTILE),
        ],
    )
    assert HOSTILE not in text and 'title = "run"' not in text
    assert text.count('&lt;script&gt;') == 9
    assert text.count('<script>') == 1  # the own one


def test_names_that_are_no_text_are_shown():
    assert escaped('t\udce9\n') == 't\\xe9\\n'
    assert joined(['<', element('br')]) == '&lt;<br>'


@pytest.mark.parametrize('quality', [None, 90])
def test_images_are_in_the_page(quality):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    kind, content = data_uri(pixels, quality=quality).split(',')
    assert kind == f'data:image/{"png" if quality is None else "webp"};base64'
    found = np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))
    assert found.shape == pixels.shape and (quality or np.array_equal(found, pixels))
    with pytest.raises(ValueError, match='must be embedded'):
        image('https://example.org/a.png', alt='')


def test_a_table_has_as_many_cells_as_columns():
    with pytest.raises(ValueError, match='expected rows of 2 cells'):
        table(['a', 'b'], [[1]])
    assert table(['a'], [[1], ['x']]).count('class="number"') == 1


def write_page(path, *, script: str = ''):
    """Write a page with a slider from red to blue, and a script at its end."""
    red, blue = (np.full((100, 200, 3), color, np.uint8) for color in ((255, 0, 0), (0, 0, 255)))
    body = slider(data_uri(red), data_uri(blue), size=(100, 200), caption=HOSTILE)
    text = page('colors', [body, element('p', HOSTILE)])
    path.write_text(text.replace('</body>', f'<script>{script}</script></body>'))
    return path


def test_a_browser_moves_the_border_and_runs_no_text(tmp_path):
    move = """
    const input = document.querySelector('input');
    input.value = 25;
    input.dispatchEvent(new Event('input', {bubbles: true}));
    """
    shown = shown_document(write_page(tmp_path / 'a.html', script=move), tmp_path)
    assert '--at: 25%' in shown and '<title>colors</title>' in shown


def test_a_browser_shows_before_on_the_left_and_after_on_the_right(tmp_path):
    screenshot(write_page(tmp_path / 'a.html'), tmp_path / 'a.png', size=(600, 300))
    found = read_image(tmp_path / 'a.png').astype(int)
    red = (found == [255, 0, 0]).all(axis=-1)
    blue = (found == [0, 0, 255]).all(axis=-1)
    rows, red_columns, blue_columns = red.any(axis=1), red.any(axis=0), blue.any(axis=0)
    assert 99 <= rows.sum() <= 101
    assert 95 <= red_columns.sum() <= 100 and 95 <= blue_columns.sum() <= 100
    assert red_columns.nonzero()[0].max() < blue_columns.nonzero()[0].min()


def test_a_browser_loads_nothing_from_elsewhere(tmp_path):
    ask = """
    document.title = 'asked';
    const image = new Image();
    image.onerror = () => { document.title = 'refused'; };
    image.onload = () => { document.title = 'loaded'; };
    image.src = 'PLACE';
    """
    Image.fromarray(np.zeros((2, 2, 3), np.uint8)).save(tmp_path / 'other.png')
    place = (tmp_path / 'other.png').as_uri()
    shown = shown_document(
        write_page(tmp_path / 'a.html', script=ask.replace('PLACE', place)), tmp_path
    )
    assert '<title>refused</title>' in shown
    text = write_page(tmp_path / 'b.html').read_text()
    assert not re.search(r'(src|href)="(?!data:)', text)
