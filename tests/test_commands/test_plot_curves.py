"""Curves of runs: one, resumed, restarted, by epochs and by iterations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from mmrestore.commands import main
from mmrestore.engine import curves


def training(iteration, loss, epoch=None):
    epochs = {} if epoch is None else {'epoch': epoch}
    return {'lr': 1e-4, 'loss': loss, 'time': 0.5, **epochs, 'iter': iteration, 'step': iteration}


def validation(step, psnr):
    return {'kodak24/PSNR': psnr, 'time': 0.1, 'step': step}


def write(work_dir, start, lines, end='\n'):
    file = work_dir / start / 'vis_data' / 'scalars.json'
    file.parent.mkdir(parents=True)
    file.write_text('\n'.join(json.dumps(line) for line in lines) + end)


def epochs_of_seven(first_epoch, last_epoch, level=1.0):
    """Epochs of 7 iterations, logged every 3, validated after every second."""
    lines = []
    for epoch in range(first_epoch, last_epoch + 1):
        lines += [training(7 * (epoch - 1) + i, level / epoch, epoch) for i in (3, 6)]
        lines += [validation(epoch, 20 + epoch)] if epoch % 2 == 0 else []
    return lines


def pairs(curve):
    return list(zip(curve.iterations.tolist(), curve.values.tolist(), strict=True))


def test_validations_after_epochs_stand_at_the_iterations_of_their_ends(tmp_path):
    write(tmp_path, '20260101_000000', epochs_of_seven(1, 4))
    run = curves.read_run(tmp_path)
    assert run.iterations_per_epoch == 7
    assert pairs(run.curves['kodak24/PSNR']) == [(14, 22), (28, 24)]
    losses = [(3, 1), (6, 1), (10, 1 / 2), (13, 1 / 2), (17, 1 / 3), (20, 1 / 3), (24, 1 / 4)]
    assert pairs(run.curves['loss'])[:7] == losses
    assert set(run.curves) == {'lr', 'loss', 'time', 'kodak24/PSNR'}
    assert set(run.curves['time'].values) == {0.5}


def test_a_resumed_run_is_one_curve_and_later_values_win(tmp_path):
    killed = [*epochs_of_seven(1, 3), training(24, 9.0, 4)]
    write(tmp_path, '20260101_000000', killed, end='\n{"loss": 0.')
    # The checkpoint was that of epoch 2; the loss differs, so that the source of a value is seen.
    write(tmp_path, '20260102_000000', epochs_of_seven(3, 5, level=2.0))
    run = curves.read_run(tmp_path)
    expected = [1, 1, 1 / 2, 1 / 2, 2 / 3, 2 / 3, 2 / 4, 2 / 4, 2 / 5, 2 / 5]
    assert run.curves['loss'].values.tolist() == expected
    assert np.all(np.diff(run.curves['loss'].iterations) > 0)
    assert pairs(run.curves['kodak24/PSNR']) == [(14, 22), (28, 24)]


def test_a_validation_that_a_resumed_run_caught_up_on_is_kept(tmp_path):
    write(tmp_path, '20260101_000000', epochs_of_seven(1, 4)[:-1])
    write(tmp_path, '20260102_000000', [validation(4, 30.0)])
    run = curves.read_run(tmp_path)
    assert pairs(run.curves['kodak24/PSNR']) == [(14, 22), (28, 30)]
    assert len(run.curves['loss'].values) == 8


def test_a_new_run_in_the_same_folder_replaces_the_old_one(tmp_path):
    write(tmp_path, '20260101_000000', epochs_of_seven(1, 6))
    write(tmp_path, '20260102_000000', epochs_of_seven(1, 2, level=3.0))
    run = curves.read_run(tmp_path)
    assert run.curves['loss'].values.tolist() == [3, 3, 1.5, 1.5]
    assert pairs(run.curves['kodak24/PSNR']) == [(14, 22)]


@pytest.mark.parametrize('by_epoch', [False, True])
def test_runs_by_iterations(tmp_path, by_epoch):
    # Where logging counts epochs though the loop does not, MMEngine writes 1 and 0 for them.
    epoch = 1 if by_epoch else None
    lines = [training(i, 1 / i, epoch) for i in (2, 4, 6, 8)]
    lines.insert(2, validation(0 if by_epoch else 4, 25.0))
    lines.append(validation(0 if by_epoch else 8, 26.0))
    write(tmp_path, '20260101_000000', lines)
    run = curves.read_run(tmp_path)
    assert run.iterations_per_epoch is None
    assert pairs(run.curves['kodak24/PSNR']) == [(4, 25), (8, 26)]
    with pytest.raises(ValueError, match='counts no epochs: draw it against --x iteration'):
        curves.plot({'a': run}, ['loss'])


@pytest.mark.parametrize('window', [1, 2, 3, 8, 100])
def test_smoothing_is_a_centred_mean(window):
    values = np.random.default_rng(0).normal(size=23)
    expected = []
    for place in range(23):
        reach = min(window // 2, place, 22 - place)
        expected.append(np.mean(values[place - reach : place + reach + 1]))
    assert np.allclose(curves.smooth(values, window), expected)
    line = np.arange(9.0)
    assert np.allclose(curves.smooth(line, window), line)


def test_a_panel_a_key_and_a_curve_a_run(tmp_path):
    write(tmp_path / 'plain', '20260101_000000', epochs_of_seven(1, 6))
    write(tmp_path / 'shuffled', '20260101_000000', epochs_of_seven(1, 6, level=2.0))
    runs = {label: curves.read_run(tmp_path / label) for label in ('plain', 'shuffled')}
    figure = curves.plot(runs, ['loss', 'kodak24/PSNR'], window=3)
    losses, metrics = figure.axes
    assert (losses.get_ylabel(), metrics.get_ylabel()) == ('loss', 'kodak24/PSNR')
    assert [text.get_text() for text in losses.get_legend().get_texts()] == ['plain', 'shuffled']
    raw, smoothed = losses.lines[2:]
    assert raw.get_ydata()[0] == smoothed.get_ydata()[0] == 2
    assert not np.allclose(raw.get_ydata(), smoothed.get_ydata())
    assert metrics.lines[0].get_xdata().tolist() == [2, 4, 6]
    (late,) = curves.plot(runs, ['kodak24/PSNR'], start=4).axes
    assert late.lines[0].get_ydata().tolist() == [24, 26]

    output = tmp_path / 'figures' / 'curves.png'
    folders = [str(tmp_path / 'plain'), str(tmp_path / 'shuffled')]
    words = ['--keys', 'loss', 'kodak24/PSNR', '--x', 'iteration', '--labels', 'without', 'with']
    main(['analyze', 'plot-curves', *folders, *words, '--output', str(output)])
    assert output.read_bytes().startswith(b'\x89PNG')


def test_curves_of_several_noises_of_two_runs(tmp_path):
    """A grid of noises in validations: a panel for each noise, wrapped into rows."""
    noises = [f'kodak24/{noise}/PSNR' for noise in ('gaussian_15', 'poisson_2', 'speckle_0.03')]
    for number, label in enumerate(('plain', 'masked')):
        lines = [
            {**{noise: 20 + 3 * i + number for i, noise in enumerate(noises)}, 'step': step}
            | {'mcmaster/poisson_2/PSNR': 10.0, 'kodak24/poisson_2/SSIM': 0.5}
            for step in (100, 200)
        ]
        write(tmp_path / label, '20260101_000000', [training(50, 1.0), *lines])
    runs = {label: curves.read_run(tmp_path / label) for label in ('plain', 'masked')}
    assert curves.matching_keys(runs, ['kodak24/*/PSNR', 'loss', 'kodak24/p*/PSNR']) == [
        *noises,
        'loss',
    ]
    figure = curves.plot(runs, noises, axis='iteration', columns=2)
    assert [panel.get_ylabel() for panel in figure.axes] == noises
    places = [panel.get_subplotspec() for panel in figure.axes]
    assert [(p.rowspan.start, p.colspan.start) for p in places] == [(0, 0), (0, 1), (1, 0)]
    for i, panel in enumerate(figure.axes):
        assert [line.get_label() for line in panel.lines] == ['plain', 'masked']
        assert panel.lines[1].get_xdata().tolist() == [100, 200]
        assert panel.lines[1].get_ydata().tolist() == [21 + 3 * i] * 2

    output = tmp_path / 'curves.png'
    words = ['--keys', 'kodak24/*/PSNR', '--x', 'iteration', '--columns', '2']
    main(
        [
            'analyze',
            'plot-curves',
            str(tmp_path / 'plain'),
            str(tmp_path / 'masked'),
            *words,
            '--output',
            str(output),
        ]
    )
    assert output.read_bytes().startswith(b'\x89PNG')


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['plain', '--keys', 'kodak24/*/PSNR'], r"no 'kodak24/\*/PSNR'.*It has: lr, loss, time"),
        (['plain', '--columns', '0'], 'at least 1 panel in a row, got columns=0'),
        (['lost'], 'there is no run .*lost'),
        (['.'], 'expected the work directory of a run.*The runs in it are: damaged, plain'),
        (['empty'], 'empty has none. LocalVisBackend'),
        (['plain', '--keys', 'kodak/PSNR'], "no 'kodak/PSNR'. Did you mean kodak24/PSNR"),
        (['plain', '--labels', 'a', 'b'], 'expected 1 distinct --labels'),
        (['plain', '--smooth', '0'], 'a window of at least 1 value, got 0'),
        (['damaged'], 'line 2 of .*scalars.json is damaged'),
    ],
)
def test_what_is_wrong_is_said(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'empty').mkdir()
    write(tmp_path / 'plain', '20260101_000000', epochs_of_seven(1, 2))
    write(tmp_path / 'damaged', '20260101_000000', [training(1, 1.0)], end='\n{"loss"\n{}\n')
    with pytest.raises(SystemExit):
        main(['analyze', 'plot-curves', *words, '--output', 'a.png'])
    assert not Path('a.png').exists()
    error = capsys.readouterr().err
    assert re.search(message, error)
