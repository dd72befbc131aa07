"""The page ``report.html`` beside the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmrestore.apis.denoising.results import Result, View
from mmrestore.apis.denoising.verdict import sentence, words_of
from mmrestore.files import write_text
from mmrestore.reports.html import Html, element
from mmrestore.reports.images import image
from mmrestore.reports.page import page
from mmrestore.reports.slider import slider
from mmrestore.reports.tables import table

REPORT = 'report.html'
CAPTIONS = {
    'detail': 'most detail',
    'flat part': 'flattest part',
    'strongest change': 'strongest change',
}


@dataclass
class Account:
    """Report content besides the single pictures.

    Args:
        title: of the page.
        verdict: lines of the verdict.
        steps: what was done, a line each.
        tables: caption, header and rows of what was measured.
        problems: files that could not be restored, a line each.
    """

    title: str
    verdict: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    tables: list[tuple[str, Sequence[object], Sequence[Sequence[object]]]] = field(
        default_factory=list
    )
    problems: list[str] = field(default_factory=list)


def write_report(output: Path, account: Account, results: Sequence[Result]) -> Path:
    """Write the page and return its path.

    Raises:
        OSError: it cannot be written.
    """
    path = output / REPORT
    write_text(path, report_page(account, results))
    return path


def report_page(account: Account, results: Sequence[Result]) -> str:
    """Return the page: the verdict, all pictures, what was measured, what was done."""
    return page(
        account.title,
        [
            element('h1', account.title),
            *(element('p', line) for line in account.verdict),
            *_list('Files that could not be restored', account.problems),
            element('h2', 'Pictures'),
            element(
                'p',
                'Drag a picture sideways, or use the arrow keys: before is on the left, after on '
                'the right, pixel by pixel. Beside it is what was taken away, in more contrast: it '
                'should look like noise and show nothing of the picture.',
                attributes={'class': 'note'},
            ),
            *map(_picture, results),
            element('h2', 'All pictures'),
            table(['picture', 'file', 'what was done'], [_row(result) for result in results]),
            element('h2', 'The folder'),
            *(table(header, rows, caption=caption) for caption, header, rows in account.tables),
            *_list('What was done', account.steps),
        ],
    )


def _list(title: str, lines: Sequence[str]) -> list[Html]:
    if not lines:
        return []
    return [element('h2', title), element('ul', *(element('li', line) for line in lines))]


def _row(result: Result) -> list[object]:
    return [result.name, result.described, _words(result)]


def _words(result: Result) -> str:
    if len(result.pages) == 1:
        return words_of(result.pages[0])
    return '; '.join(f'page {i}: {words_of(page)}' for i, page in enumerate(result.pages, 1))


def _picture(result: Result) -> Html:
    overview = [view for view in result.views if view.kind == 'overview']
    parts = [view for view in result.views if view.kind != 'overview']
    whole = [
        element('figure', _image(view.before, result.name, view.size), element('figcaption', 'all'))
        for view in overview
    ]
    return element(
        'section',
        element('h3', result.name),
        element('p', f'{result.described}. {sentence(_words(result))}'),
        element('div', *whole, *map(_part, parts), attributes={'class': 'row'}),
    )


def _part(view: View) -> Html:
    caption = CAPTIONS[view.kind]
    if not view.after:
        shown = _image(view.before, caption, view.size)
        return element('figure', shown, element('figcaption', caption))
    removed = element(
        'figure',
        _image(view.residual, f'what was taken away, {caption}', view.size),
        element('figcaption', f'what was taken away, contrast x {view.factor:g}'),
    )
    compared = slider(view.before, view.after, size=view.size, caption=f'{caption}: before, after')
    return element('div', compared, removed, attributes={'class': 'column'})


def _image(uri: str, alt: str, size: tuple[int, int]) -> Html:
    return image(uri, alt=alt, height=size[0], width=size[1])
