"""The words about a training that has ended."""

from __future__ import annotations

import math

import pytest

from mmrestore.engine.summary import ADVICE, Kept, closing_text, comparison, figures_text


@pytest.mark.parametrize(
    ('score', 'of_input', 'expected'),
    [
        (30.0, 25.0, ['better than the input: a/PSNR 30.00 dB, input 25.00 dB (+5.00)']),
        (24.0, 25.0, ['WORSE than the input: a/PSNR 24.00 dB, input 25.00 dB (-1.00)', *ADVICE]),
        (
            25.0,
            25.0,
            ['NO better than the input: a/PSNR 25.00 dB, input 25.00 dB (+0.00)', *ADVICE],
        ),
        (
            25.0,
            math.inf,
            ['WORSE than the input: a/PSNR 25.00 dB, input inf dB (-inf)', *ADVICE],
        ),
        (
            math.nan,
            25.0,
            ['WORSE than the input: a/PSNR nan dB, input 25.00 dB (+nan)', *ADVICE],
        ),
    ],
)
def test_one_data_set(score, of_input, expected):
    assert comparison({'a/PSNR': score}, {'a/PSNR': of_input}) == expected


def test_small_inputs_are_compared_upscaled():
    lines = comparison({'PSNR': 9.0}, {'PSNR': 8.0}, input_name='bicubically upscaled input')
    assert lines == [
        'better than the bicubically upscaled input: PSNR 9.00 dB, input 8.00 dB (+1.00)'
    ]


def test_the_first_figure_of_a_data_set_counts():
    metrics, inputs = {'PSNR': 9.0, 'PSNR_Y': 7.0}, {'PSNR': 8.0, 'PSNR_Y': 8.0}
    assert comparison(metrics, inputs)[0].startswith('better than the input: PSNR 9')


def test_of_many_data_sets_the_worse_ones_are_named():
    inputs = {f'set{i}/PSNR': 20.0 for i in range(9)}
    metrics = dict.fromkeys(inputs, 21.0) | {'set7/PSNR': 19.5, 'set3/PSNR': 19.0}
    lines = comparison(metrics, inputs)
    assert lines[0] == 'WORSE than the input on 2 of 9 data sets'
    assert [line.split()[0] for line in lines[1:3]] == ['set3/PSNR', 'set7/PSNR']
    assert lines[5:] == ['and 5 more, in the log file', *ADVICE]
    assert comparison(dict.fromkeys(inputs, 21.0), inputs)[0] == (
        'better than the input on 9 of 9 data sets'
    )


def test_estimates_without_clean_images():
    assert 'NO better' in comparison({'a/Gain': -1.0}, {}, ['a/Gain'])[0]
    assert 'better than the input by an estimate' in comparison({'a/Gain': 1.0}, {}, ['a/Gain'])[0]


@pytest.mark.parametrize('metrics', [{}, {'a/NIQE': 4.0}])
def test_nothing_to_compare(metrics):
    assert comparison(metrics, {})[0].startswith('not compared with the input')


def test_many_figures_stay_in_the_log_file():
    assert figures_text({f'{i}/PSNR': 1.0 for i in range(9)}) == '9 figures, in the log file'
    assert figures_text({}) == ''


def test_the_first_checkpoint_is_the_one_to_use(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept = [
        Kept(tmp_path / 'my run' / 'best.pth', 'best', {'a/PSNR': 30.0}),
        Kept(tmp_path / 'my run' / 'epoch_9.pth', 'last', {}),
    ]
    text = closing_text(kept=kept, inputs={'a/PSNR': 31.0})
    assert text.splitlines() == [
        'best    my run/best.pth  (a/PSNR 30.0000)',
        'last    my run/epoch_9.pth',
        'result  best.pth: WORSE than the input: a/PSNR 30.00 dB, input 31.00 dB (-1.00)',
        *(f'        {line}' for line in ADVICE),
        'Restore a picture with it:',
        "mmrestore restore input.png --checkpoint 'my run/best.pth'",
    ]
    assert closing_text(kept=[], inputs={}) == 'no checkpoint was written'
