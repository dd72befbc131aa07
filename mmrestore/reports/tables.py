"""Tables of a report."""

from __future__ import annotations

from collections.abc import Sequence

from mmrestore.reports.html import Html, element


def table(
    header: Sequence[object], rows: Sequence[Sequence[object]], *, caption: str | None = None
) -> Html:
    """Return a table; cells are escaped, numbers are aligned to the right.

    Args:
        header: a cell for each column.
        rows: as many cells each.
        caption: what the table shows.

    Raises:
        ValueError: a row has another number of cells than the header.

    Examples:
        >>> table(['a'], [[1.5]])
        '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td class="number">1.5</td></tr></tbody></table>'
    """  # noqa: E501
    wrong = next((row for row in rows if len(row) != len(header)), None)
    if wrong is not None:
        raise ValueError(f'expected rows of {len(header)} cells, got {wrong!r}')
    head = element('tr', *(element('th', cell) for cell in header))
    body = (element('tr', *map(_cell, row)) for row in rows)
    return element(
        'table',
        *([element('caption', caption)] if caption is not None else []),
        element('thead', head),
        element('tbody', *body),
    )


def _cell(value: object) -> Html:
    is_number = isinstance(value, (int, float))
    return element('td', value, attributes={'class': 'number' if is_number else None})
