"""The page ``report.html`` of an experiment."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from mmrestore.analysis.comparing.arms import SEED
from mmrestore.analysis.comparing.experiment import Experiment
from mmrestore.analysis.comparing.outcome import Outcome
from mmrestore.analysis.comparing.pictures import Crops
from mmrestore.analysis.comparing.tables import HEADER, rows
from mmrestore.analysis.comparing.values import Measured
from mmrestore.config.merging import flat
from mmrestore.datasets.encoders.samples import to_dtype
from mmrestore.reports.html import Html, element
from mmrestore.reports.images import EMBEDDED, data_uri
from mmrestore.reports.images import image as page_image
from mmrestore.reports.page import page
from mmrestore.reports.slider import slider
from mmrestore.reports.tables import table


def report_page(
    experiment: Experiment,
    outcomes: Sequence[Outcome],
    measured: Sequence[Measured],
    *,
    seeds: Sequence[int],
    figures: Mapping[str, Figure],
    crops: Mapping[str, Sequence[Crops]],
    costs: Sequence[Sequence[object]],
    environment: Sequence[Sequence[object]],
) -> str:
    """Return the page: verdicts, tables, figures, pictures, protocol, differences of the configs.

    Args:
        experiment: what is compared.
        outcomes: of all arms, metrics and test sets.
        measured: what they were computed from.
        seeds: those that all arms have finished.
        figures: by caption.
        crops: of each arm that is compared with the control.
        costs: rows of arm, parameters, hours and memory.
        environment: rows of name and value.
    """
    verdicts = [o.verdict for o in outcomes if o.verdict != 'control']
    left = [seed for seed in experiment.seeds if seed not in seeds]
    state = f'{len(seeds)} seeds: {", ".join(map(str, seeds))}.'
    if left:
        state += f' Not finished: {", ".join(map(str, left))}.'
    return page(
        experiment.title,
        [
            element('h1', experiment.title),
            element('p', f'Control: {experiment.control}. {state}'),
            element('ul', *(element('li', verdict) for verdict in verdicts)),
            *([element('p', f'Fixed beforehand: {experiment.fixed}')] if experiment.fixed else []),
            element('h2', 'Results'),
            table(HEADER, rows(outcomes)),
            element('p', NOTE, attributes={'class': 'note'}),
            *(_figure(caption, figure) for caption, figure in figures.items()),
            *_pictures(experiment, crops),
            element('h2', 'Cost'),
            table(['arm', 'parameters', 'hours of training, each seed', 'memory, MiB'], costs),
            element('h2', 'Protocol'),
            table(
                ['metric', 'images', 'protocol'],
                [[m.name, len(m.images), m.protocol] for m in measured],
            ),
            element('h2', 'What the arms differ in'),
            table(['setting', *experiment.arms], config_differences(experiment)),
            element('h2', 'Environment'),
            table(['', ''], environment),
        ],
    )


NOTE = (
    'Mean over seeds and images, with the standard deviation of the mean over images from seed to '
    'seed. Differences are paired: arms of one seed saw the same crops and noise, and were tested '
    'on the same images. The interval over seeds is that of Student; that over seeds and images is '
    'a bootstrap of both. p-values are those of the paired t-test over seeds, corrected for the '
    'number of arms (Holm). "Better" and "worse" mean p < 0.05.'
)


def config_differences(experiment: Experiment) -> list[list[str]]:
    """Return a row for each setting that is not the same in all arms: its name and its values."""
    settings = {
        name: dict(flat(arm.open(experiment.seeds[0]).to_dict()))
        for name, arm in experiment.arms.items()
    }
    keys = sorted({key for each in settings.values() for key in each} - {SEED})
    values = {key: [_text(each, key) for each in settings.values()] for key in keys}
    return [[key, *row] for key, row in values.items() if len(set(row)) > 1]


def figure_uri(figure: Figure) -> str:
    """Return a figure as a data URI in PNG."""
    file = io.BytesIO()
    figure.savefig(file, format='rgba', dpi=110)
    width, height = (round(side * 110) for side in figure.get_size_inches())
    pixels = np.frombuffer(file.getvalue(), np.uint8).reshape(-1, width, 4)[:height]
    return data_uri(np.ascontiguousarray(pixels[..., :3]))


def _text(settings: Mapping[str, Any], key: str) -> str:
    return repr(settings[key]) if key in settings else '-'


def _figure(caption: str, figure: Figure) -> Html:
    uri = figure_uri(figure)
    assert EMBEDDED.fullmatch(uri)
    return element('figure', page_image(uri, alt=caption), element('figcaption', caption))


def _pictures(experiment: Experiment, crops: Mapping[str, Sequence[Crops]]) -> list[Html]:
    if not any(crops.values()):
        return []
    return [
        element('h2', 'Pictures'),
        element(
            'p',
            'Of the first seed, where an arm and the control differ most within the image. Drag '
            'the border: the control is on its left, the arm on its right.',
            attributes={'class': 'note'},
        ),
        *(
            element('section', element('h3', f'{arm} and {experiment.control}'), *map(_row, each))
            for arm, each in crops.items()
            if each
        ),
    ]


def _row(crops: Crops) -> Html:
    uris = {name: data_uri(to_dtype(pixels, np.dtype(np.uint8))) for name, pixels in _images(crops)}
    size = (crops.target.shape[0], crops.target.shape[1])
    given, target = (
        element(
            'figure',
            page_image(uris[name], alt=name, height=size[0], width=size[1]),
            element('figcaption', words),
        )
        for name, words in (('input', 'input'), ('target', 'ground truth'))
    )
    compared = slider(
        uris['control'], uris['arm'], size=size, caption=crops.caption, label='control, arm'
    )
    return element('div', given, compared, target, attributes={'class': 'row'})


def _images(crops: Crops) -> list[tuple[str, np.ndarray]]:
    names = ('input', 'control', 'arm', 'target')
    return list(zip(names, crops[1:], strict=True))
