"""Outcome tables in Markdown, LaTeX, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from typing import Any

from mmrestore.analysis.comparing.outcome import Outcome
from mmrestore.analysis.paired_differences import Interval

HEADER = (
    *('metric', 'arm', 'mean', 'difference', '95 % interval over seeds'),
    *('over seeds and images', 'images better', 'p (Holm)'),
)
SPECIAL = {**{c: f'\\{c}' for c in '&%$#_{}'}, '\\': r'\textbackslash{}', '~': r'\textasciitilde{}'}


def rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """Return a row of texts for each outcome, under ``HEADER``."""
    return [_row(outcome) for outcome in outcomes]


def markdown(outcomes: Sequence[Outcome]) -> str:
    """Return the table in Markdown, with the verdicts below it."""
    lines = [list(HEADER), ['---', '---', *['---:'] * (len(HEADER) - 2)], *rows(outcomes)]
    table = '\n'.join(f'| {" | ".join(line)} |' for line in lines)
    verdicts = '\n'.join(f'- {o.verdict}' for o in outcomes if o.verdict != 'control')
    return f'{table}\n\n{verdicts}\n'


def latex(outcomes: Sequence[Outcome]) -> str:
    r"""Return the table in LaTeX, for the package booktabs."""
    lines = [' & '.join(map(_latex_text, row)) + r' \\' for row in (HEADER, *rows(outcomes))]
    return '\n'.join(
        [
            r'\begin{tabular}{ll' + 'r' * (len(HEADER) - 2) + '}',
            r'\toprule',
            lines[0],
            r'\midrule',
            *lines[1:],
            r'\bottomrule',
            r'\end{tabular}',
            '',
        ]
    )


def as_csv(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as CSV with all their digits."""
    file = io.StringIO()
    names = list(_plain(outcomes[0]))
    writer = csv.DictWriter(file, names, lineterminator='\n')
    writer.writeheader()
    writer.writerows(_plain(outcome) for outcome in outcomes)
    return file.getvalue()


def as_json(outcomes: Sequence[Outcome], facts: dict[str, Any]) -> str:
    """Return facts and outcomes as JSON; numbers that are not finite are texts."""
    values = [{key: _json(value) for key, value in _plain(o).items()} for o in outcomes]
    return json.dumps({**facts, 'outcomes': values}, indent=2) + '\n'


def _row(outcome: Outcome) -> list[str]:
    spread = '' if outcome.deviation is None else f' ± {outcome.deviation:.3f}'
    seeds, both = outcome.over_seeds, outcome.over_both
    compared = outcome.verdict != 'control'
    return [
        outcome.metric,
        outcome.arm,
        f'{outcome.mean:.3f}{spread}',
        f'{seeds.mean:+.4f}' if seeds else '',
        _interval(seeds),
        _interval(both),
        f'{outcome.better} of {outcome.images}' if compared else '',
        '' if outcome.p_value is None else f'{outcome.p_value:.3f}',
    ]


def _interval(interval: Interval | None) -> str:
    if interval is None:
        return ''
    if not math.isfinite(interval.low):
        return 'needs 2 seeds'
    return f'{interval.low:+.4f} to {interval.high:+.4f}'


def _latex_text(text: str) -> str:
    return ''.join(SPECIAL.get(c, c) for c in text).replace('±', r'$\pm$')


def _plain(outcome: Outcome) -> dict[str, Any]:
    values: dict[str, Any] = {'metric': outcome.metric, 'arm': outcome.arm, 'mean': outcome.mean}
    values['deviation_over_seeds'] = outcome.deviation
    for name, interval in (('seeds', outcome.over_seeds), ('both', outcome.over_both)):
        values['difference'] = outcome.over_seeds.mean if outcome.over_seeds else None
        values[f'low_over_{name}'] = interval.low if interval else None
        values[f'high_over_{name}'] = interval.high if interval else None
    values.update(better=outcome.better, images=outcome.images, p_value=outcome.p_value)
    values['verdict'] = outcome.verdict
    return values


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
