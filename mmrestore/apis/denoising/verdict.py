"""Verdict on the results in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from mmrestore.apis.denoising.results import Page, Result
from mmrestore.files import printable

LEAST = 0.1  # strength below which a picture is left as it was
GOOD, CAREFUL = 0.6, 0.25  # mean strengths of the pictures that were changed
NAMED = 10  # pictures that are named in one line
REASONS = {
    'given': 'the strength that was asked for',
    'whole': 'nothing says that the denoiser takes detail',
    'flat': 'bounded by the flat parts, which change less than the rest',
    'texture': 'bounded because part of the change looks like texture',
    'no noise': 'left as it was: its flat parts hold no noise',
    'no difference': 'left as it was: noise cannot be told from texture in it',
    'no change': 'left as it was: the denoiser changes nothing in it',
}
UNSURE = (
    'Estimated without a clean picture; it can be wrong. Look at hair, cloth, foliage and print.'
)


def left_as_it_was(result: Result) -> bool:
    """Return whether no picture of a file was changed."""
    return all(page.strength == 0 for page in result.pages)


def words_of(page: Page) -> str:
    """Return what was done to a picture, in words.

    Examples:
        >>> words_of(Page(0.5, 'whole', 0.6, 0.5, change=3.04))
        'strength 0.50, changed by 3.0 gray levels: nothing says that the denoiser takes detail'
        >>> words_of(Page(0.0, 'no noise', 0.6, 0.0, change=0.0))
        'left as it was: its flat parts hold no noise'
    """
    if page.strength == 0:
        return REASONS[page.reason]
    change = f'changed by {page.change:.1f} gray levels'
    return f'strength {page.strength:.2f}, {change}: {REASONS[page.reason]}'


def verdict(results: Sequence[Result], *, unread: int = 0) -> list[str]:
    """Return the verdict on a folder, a sentence or two in each line.

    Args:
        results: of the files that are finished.
        unread: files that could not be restored.
    """
    if not results:
        return ['No picture was restored.']
    changed = [result for result in results if not left_as_it_was(result)]
    left = [result for result in results if left_as_it_was(result)]
    lines = [_folder(results, changed)]
    for reason in dict.fromkeys(result.pages[0].reason for result in left):
        names = [result.name for result in left if result.pages[0].reason == reason]
        lines.append(sentence(f'{REASONS[reason]}: {listed(names)}'))
    if unread:
        lines.append(f'{counted(unread, "file")} could not be restored, see above.')
    if changed:
        lines.append(UNSURE)
    return lines


def _folder(results: Sequence[Result], changed: Sequence[Result]) -> str:
    pages = [page for result in results for page in result.pages if page.strength > 0]
    mean = sum(page.strength for page in pages) / max(len(pages), 1)
    of = f'{len(changed)} of {counted(len(results), "picture")}'
    if any(page.reason == 'given' for page in pages):
        return f'{of} restored at the strength that was asked for, {mean:.2f} on average.'
    if not changed:
        return (
            'We found no noise that can be told from texture. The pictures are written unchanged; '
            '`--strength 0.5` restores them anyway.'
        )
    if mean >= GOOD:
        return (
            f'Restored at strength {mean:.1f} on average. By our estimate this removes more noise '
            f'than detail on {of}.'
        )
    if mean >= CAREFUL:
        return (
            f'The noise is weak or like texture. {of} restored, at strength {mean:.1f} on average: '
            'a small gain.'
        )
    return (
        f'We found little noise that can be told from texture. {of} restored, at strength '
        f'{mean:.2f} on average; `--strength 0.5` restores more.'
    )


def sentence(text: str) -> str:
    """Return words as a sentence.

    Examples:
        >>> sentence('about 2 dB')
        'About 2 dB.'
    """
    return f'{text[:1].upper()}{text[1:]}.'


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples:
        >>> counted(1, 'picture'), counted(2, 'picture')
        ('1 picture', '2 pictures')
    """
    return f'{number} {noun}{"s" * (number != 1)}'


def listed(names: Sequence[str]) -> str:
    """Return names in one line, the first ten of many.

    Examples:
        >>> listed(['a.png', 'b.png']), listed(['a.png'] * 12)[-11:]
        ('a.png, b.png', ' and 2 more')
    """
    shown = ', '.join(map(printable, names[:NAMED]))
    more = len(names) - NAMED
    return shown + (f' and {more} more' if more > 0 else '')
