"""Results on a grid of noises: their file, the table and the figure."""

from __future__ import annotations

import math

import pytest

from mmrestore.analysis.generalization import draw, markdown
from mmrestore.analysis.grid_results import NOISY, Row, read_rows, write_rows

LEVELS = {'speckle': ('variance', [0.018, 0.04]), 'salt_and_pepper': ('density', [0.002, 0.02])}
HEIGHTS = {NOISY: 20.0, 'plain': 25.0, 'masked': 28.0}


def row(model, noise, parameter, level, psnr, test_set='kodak24'):
    values = {'PSNR': psnr, 'SSIM': psnr / 100}
    return Row(model, test_set, noise, parameter, level, 24, values, f'c_{model}', 'p', f'd{level}')


def made_up(test_set='kodak24'):
    """Results that fall with the level; the input is worse than the models."""
    rows = [
        row(model, noise, parameter, level, HEIGHTS[model] - number, test_set)
        for noise, (parameter, levels) in LEVELS.items()
        for number, level in enumerate(levels)
        for model in HEIGHTS
    ]
    rows += [row(model, 'gaussian', 'sigma', 15, HEIGHTS[model] + 5, test_set) for model in HEIGHTS]
    return [*rows, row('plain', 'camera', None, None, 30.0, test_set)]


def test_numbers_come_back_from_the_file_bit_by_bit(tmp_path):
    rows = made_up()
    rows[0] = rows[0]._replace(values={'PSNR': 1 / 3, 'SSIM': math.inf}, model='a, "b"')
    rows[1] = rows[1]._replace(level=0.123456789)
    write_rows(tmp_path / 'new' / 'results.csv', rows)
    assert read_rows(tmp_path / 'new' / 'results.csv') == rows
    head, first, *_ = (tmp_path / 'new' / 'results.csv').read_text().splitlines()
    assert head == (
        'model,test_set,noise,parameter,level,images,PSNR,SSIM,checkpoint,protocol,data'
    )
    assert first.startswith('"a, ""b""",kodak24,speckle,variance,0.018,24,0.3333333333333333,inf,')
    write_rows(tmp_path / 'again.csv', read_rows(tmp_path / 'new' / 'results.csv'))
    assert (tmp_path / 'again.csv').read_text() == (tmp_path / 'new' / 'results.csv').read_text()


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda text: '', 'no file of results'),
        (lambda text: 'a,b\n1,2\n', 'no file of results'),
        (lambda text: text.replace(',PSNR,SSIM,', ','), 'no file of results'),
        (lambda text: text.replace('masked', 'mas,ked'), 'line 4 of .*damaged'),
        (lambda text: text[:-20], 'line 17 of .*damaged'),
    ],
)
def test_other_files_are_refused(tmp_path, change, message):
    file = tmp_path / 'results.csv'
    write_rows(file, made_up())
    file.write_text(change(file.read_text()))
    with pytest.raises(ValueError, match=message):
        read_rows(file)


def test_tables():
    rows = [*made_up()[::-1], *made_up('mcmaster')]  # whatever the order of the rows
    tables = markdown(rows).split('## ')[1:]
    heads = ['kodak24, PSNR', 'kodak24, SSIM', 'mcmaster, PSNR', 'mcmaster, SSIM']
    assert [table.split(' (')[0] for table in tables] == heads
    assert tables[0].splitlines() == [
        'kodak24, PSNR (24 images)',
        '',
        '| noise | level | noisy input | plain | masked |',
        '| --- | ---: | ---: | ---: | ---: |',
        '| camera |  |  | 30.00 |  |',
        '| gaussian | 15 | 25.00 | 30.00 | 33.00 |',
        '| salt and pepper | 0.002 | 20.00 | 25.00 | 28.00 |',
        '| salt and pepper | 0.02 | 19.00 | 24.00 | 27.00 |',
        '| speckle | 0.018 | 20.00 | 25.00 | 28.00 |',
        '| speckle | 0.04 | 19.00 | 24.00 | 27.00 |',
        '',
    ]
    assert '| speckle | 0.04 | 0.1900 | 0.2400 | 0.2700 |' in tables[3]


def test_a_panel_a_noise_and_a_curve_a_model():
    rows = made_up() + made_up('mcmaster')
    figure = draw(rows, 'kodak24', 'PSNR')
    speckle, salt, single = figure.axes
    assert [panel.get_title() for panel in figure.axes] == [
        'speckle',
        'salt and pepper',
        'at one level',
    ]
    assert speckle.get_ylabel() == 'PSNR on kodak24'
    assert (speckle.get_xlabel(), salt.get_xlabel()) == ('variance', 'density')
    assert [text.get_text() for text in salt.get_xticklabels()] == ['0.002', '0.02']
    curves = {curve.get_label(): curve for curve in speckle.lines}
    assert list(curves) == [NOISY, 'plain', 'masked']
    assert curves['masked'].get_xdata().tolist() == [0.018, 0.04]
    assert curves['masked'].get_ydata().tolist() == [28, 27]
    assert curves[NOISY].get_linestyle() == '--'
    points = {curve.get_label(): curve for curve in single.lines}
    assert points['plain'].get_xdata().tolist() == [0, 1]
    assert points['plain'].get_ydata().tolist() == [30, 30]
    assert points['masked'].get_xdata().tolist() == [0]
    assert [label.get_text() for label in single.get_xticklabels()] == ['gaussian\n15', 'camera\n']
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list(HEIGHTS)
    assert [line.get_linestyle() for line in legend.get_lines()] == ['--', '-', '-']
    for panel in figure.axes:
        for curve in panel.lines:
            assert curve.get_color() == curves[curve.get_label()].get_color()


def test_results_without_the_input_or_with_holes_can_be_drawn():
    rows = [r for r in made_up() if r.model == 'masked' or (r.model, r.level) == ('plain', 0.02)]
    salt = draw(rows, 'kodak24', 'SSIM').axes[1]
    assert [len(curve.get_xdata()) for curve in salt.lines] == [2, 1]
    colours = {c.get_label(): c.get_color() for c in salt.lines}
    assert colours == {'masked': 'C0', 'plain': 'C1'}
    with pytest.raises(ValueError, match='no LPIPS of kodak24'):
        draw(rows, 'kodak24', 'LPIPS')
    with pytest.raises(ValueError, match='no PSNR of kodak42'):
        draw(rows, 'kodak42', 'PSNR')
