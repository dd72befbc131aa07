"""The page ``report.html`` of one training or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mmrestore.apis.reporting.facts import (
    NETWORK_HEADER,
    STEP_HEADER,
    environment_rows,
    network_cells,
    step_cells,
)
from mmrestore.apis.reporting.figures import run_figures
from mmrestore.apis.reporting.pictures import pictures_of_two, run_pictures
from mmrestore.apis.reporting.run import FinishedRun
from mmrestore.apis.reporting.tables import (
    folded,
    image_tables,
    means_table,
    protocol_rows,
    setting_differences,
)
from mmrestore.config import config_page
from mmrestore.reports.comparison import Comparison, comparison_row
from mmrestore.reports.figures import captioned
from mmrestore.reports.html import Html, element
from mmrestore.reports.page import page
from mmrestore.reports.tables import table
from mmrestore.version import __version__


def runs_page(runs: Sequence[FinishedRun]) -> str:
    """Return the page: results, curves, pictures, values, cost, protocol, config, environment.

    Args:
        runs: one, or several that are compared with the first.
    """
    title = ', '.join(run.name for run in runs)
    several = len(runs) > 1
    return page(
        title,
        [
            element('h1', title),
            element('ul', *(element('li', _state(run)) for run in runs)),
            element('h2', 'Results'),
            *(_results(runs) if any(run.summary for run in runs) else [_without_tests()]),
            *(captioned(figure, caption) for caption, figure in run_figures(runs).items()),
            *_pictures(runs),
            element('h2', 'Cost'),
            table(
                ['run', *NETWORK_HEADER, *STEP_HEADER],
                [[run.name, *network_cells(run.config), *_steps(run)] for run in runs],
            ),
            element('h2', 'Protocol'),
            table(['metric', 'protocol'], protocol_rows(runs)),
            element('h2', 'Config'),
            *([_differences(runs)] if several else []),
            *(
                folded(f'Config of {run.name}', _preformatted(config_page(run.config)))
                for run in runs
            ),
            element('h2', 'Environment of the training'),
            table(['', ''], environment_rows(run.facts for run in runs)),
            _note(f'Report by mmrestore {__version__}.'),
        ],
    )


def _state(run: FinishedRun) -> str:
    """Return where a run stands; one that was stopped has not reached its length."""
    loop = run.config.get('train_cfg') or {}
    by_epoch = loop.get('max_epochs') is not None
    length, done = ('max_epochs', 'epoch') if by_epoch else ('max_iters', 'iter')
    unit = 'epoch' if by_epoch else 'iteration'
    place = f'{unit} {run.facts.get(done, "?")} of {loop.get(length, "?")}'
    seed = (run.config.get('randomness') or {}).get('seed')
    return f'{run.name}: {run.checkpoint}, {place}, seed {seed}'


def _results(runs: Sequence[FinishedRun]) -> list[Html]:
    several = f' Differences are to {runs[0].name}.' if len(runs) > 1 else ''
    return [
        means_table(runs),
        _note(
            f'Means over images of the newest checkpoint. One training each: no interval.{several}'
        ),
        element('h3', 'Values of every image'),
        *image_tables(runs),
    ]


def _pictures(runs: Sequence[FinishedRun]) -> list[Html]:
    first, *others = runs
    rows: list[Html] = []
    if not others:
        rows = _sections('', run_pictures(first))
        sides = 'the input is on its left, the result on its right. The crops are where the result'
        words = f'{sides} is farthest from the ground truth, without one from the input.'
    else:
        for other in others:
            rows += _sections(f'{other.name} and {first.name}, ', pictures_of_two(first, other))
        words = f'{first.name} is on its left. The crops are where two results differ most.'
    if not rows:
        return []
    return [element('h2', 'Pictures'), _note(f'Drag the border: {words}'), *rows]


def _sections(words: str, pictures: Mapping[str, Sequence[Comparison]]) -> list[Html]:
    return [
        element(
            'section',
            element('h3', f'{words}{dataset or "test set"}'),
            *map(comparison_row, comparisons),
        )
        for dataset, comparisons in pictures.items()
    ]


def _differences(runs: Sequence[FinishedRun]) -> Html:
    return table(['setting', *(run.name for run in runs)], setting_differences(runs))


def _steps(run: FinishedRun) -> list[str]:
    return step_cells([run.logged.curves] if run.logged else [])


def _without_tests() -> Html:
    return element('p', 'The config has no test sets.')


def _note(text: str) -> Html:
    return element('p', text, attributes={'class': 'note'})


def _preformatted(text: str) -> Html:
    lines: list[object] = []
    for line in text.splitlines():
        lines += [line, Html('\n')]
    return element('pre', *lines)
