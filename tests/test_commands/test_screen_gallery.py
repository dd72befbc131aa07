"""The gallery of photographs of screens."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import torch
from image_files import write_images

from mmrestore.analysis.contact_sheet import CAPTION, GAP, draw_sheet
from mmrestore.analysis.figures import write_results
from mmrestore.commands import main
from mmrestore.datasets.image_file import read_image
from mmrestore.functional.screen_draws import ScreenRanges, draw_screens
from mmrestore.functional.screen_photograph import photograph_screen, view_picture
from mmrestore.functional.unit_range import to_8_bit, to_unit_range


def test_a_sheet_has_the_pixels_of_its_images(tmp_path):
    generator = torch.Generator().manual_seed(0)
    images = [torch.rand(3, h, w, generator=generator) for h, w in ((40, 51), (33, 60), (45, 70))]
    rows = [{'a': images[0], 'b': images[1]}, {'c': images[2]}]
    write_results(tmp_path / 'sheet.png', draw_sheet(rows), ['x'], [])
    sheet = read_image(tmp_path / 'sheet.png')
    first, second = GAP + CAPTION, GAP + 40 + CAPTION + GAP + CAPTION
    assert sheet.shape[:2] == (second + 45 + GAP, 2 * GAP + 51 + GAP + 60)
    for image, top, left in zip(
        images, (first, first, second), (GAP, 2 * GAP + 51, GAP), strict=True
    ):
        height, width = image.shape[1:]
        found = sheet[top : top + height, left : left + width]
        np.testing.assert_array_equal(found, to_8_bit(image).permute(1, 2, 0).numpy())
    with pytest.raises(ValueError, match='at least one image'):
        draw_sheet([])


def test_the_command_shows_stages_and_draws(tmp_path):
    write_images(tmp_path / 'images', 'a.png', 'b.png', 'c.png', height=60, width=80)
    output = tmp_path / 'gallery.png'
    words = ['--images', str(tmp_path / 'images'), '--size', '48', '--draws', '3', '--seed', '4']
    words += ['--range', 'magnification', '1.9', '2.1', '--range', 'quality', '95', '95']
    main(['analyze', 'screen-gallery', *words, '--output', str(output)])
    with open(output.with_suffix('.csv'), newline='') as file:
        table = list(csv.DictReader(file))
    assert [(row['image'], row['draw']) for row in table] == [
        (name, draw) for name in ('a.png', 'b.png') for draw in '012'
    ]
    assert all(1.9 <= float(row['magnification']) <= 2.1 for row in table)
    assert {row['quality'] for row in table} == {'95'}
    picture = to_unit_range(
        torch.from_numpy(read_image(tmp_path / 'images/a.png')).permute(2, 0, 1)
    )
    generator = torch.Generator().manual_seed(4)
    ranges = ScreenRanges(magnification=(1.9, 2.1), quality=(95, 95))
    screens = draw_screens(3, ranges, generator=generator)
    batch = picture.expand(3, -1, -1, -1)
    stages = photograph_screen(batch, screens, size=(48, 48), generator=generator)
    target = view_picture(batch, screens.view, size=(48, 48))
    sheet = read_image(output)
    row = 48 + CAPTION + GAP

    def shown(line, number):
        top, left = GAP + line * row + CAPTION, GAP + number * (48 + GAP)
        return sheet[top : top + 48, left : left + 48]

    expected = [to_8_bit(image).permute(1, 2, 0).numpy() for image in stages.photograph]
    for number in range(3):
        np.testing.assert_array_equal(shown(1, number), expected[number])
    np.testing.assert_array_equal(shown(0, 4), expected[0])
    np.testing.assert_array_equal(shown(0, 5), to_8_bit(target[0]).permute(1, 2, 0).numpy())
    middle = read_image(tmp_path / 'images/a.png')[6:54, 16:64]
    np.testing.assert_array_equal(shown(0, 0), middle)
    mosaic = shown(0, 3)
    assert (np.count_nonzero(mosaic > 1, axis=2) <= 1).all() and (mosaic[::2, ::2, 0] > 1).any()


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['--size', '0'], 'at least 1'),
        (['--size', '100'], 'must have 100 pixels a side'),
        (['--range', 'magnificatoin', '1', '2'], 'magnificatoin'),
        (['--range', 'roll', '5', '-5'], 'roll from -180'),
    ],
)
def test_what_is_wrong_ends_the_command(tmp_path, capsys, words, message):
    write_images(tmp_path / 'images', 'a.png', height=60, width=80)
    given = ['--images', str(tmp_path / 'images'), '--output', str(tmp_path / 'a.png')]
    with pytest.raises(SystemExit):
        main(['analyze', 'screen-gallery', *given, '--size', '32', *words])
    assert message in capsys.readouterr().err
