"""The page ``report.html`` of an experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from mmrestore.analysis.comparing.arms import SEED
from mmrestore.analysis.comparing.experiment import Experiment
from mmrestore.analysis.comparing.outcome import Outcome
from mmrestore.analysis.comparing.tables import HEADER, rows
from mmrestore.analysis.comparing.values import Measured
from mmrestore.apis.reporting.facts import NETWORK_HEADER, STEP_HEADER
from mmrestore.config.merging import flat
from mmrestore.reports.comparison import Comparison, comparison_row
from mmrestore.reports.figures import captioned
from mmrestore.reports.html import Html, element
from mmrestore.reports.page import page
from mmrestore.reports.tables import table


def report_page(
    experiment: Experiment,
    outcomes: Sequence[Outcome],
    measured: Sequence[Measured],
    *,
    seeds: Sequence[int],
    figures: Mapping[str, Figure],
    crops: Mapping[str, Sequence[Comparison]],
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
        costs: rows under ``COST_HEADER``.
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
            *(captioned(figure, caption) for caption, figure in figures.items()),
            *_pictures(experiment, crops),
            element('h2', 'Cost'),
            table(COST_HEADER, costs),
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


COST_HEADER = ('arm', *NETWORK_HEADER, *STEP_HEADER, 'hours of training, each seed')
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


def _text(settings: Mapping[str, Any], key: str) -> str:
    return repr(settings[key]) if key in settings else '-'


def _pictures(experiment: Experiment, crops: Mapping[str, Sequence[Comparison]]) -> list[Html]:
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
            element(
                'section',
                element('h3', f'{arm} and {experiment.control}'),
                *map(comparison_row, each),
            )
            for arm, each in crops.items()
            if each
        ),
    ]
