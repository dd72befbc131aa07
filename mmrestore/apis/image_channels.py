"""Map image channels to network channels and back."""

from __future__ import annotations

from typing import NamedTuple


class Channels(NamedTuple):
    """How the channels of an image pass through a network.

    - ``restored``: how many of the first ones are restored;
    - ``alpha``: whether one more is transparency, which is kept;
    - ``copies``: how often a gray channel is given to the network; its results are averaged.
    """

    restored: int
    alpha: bool = False
    copies: int = 1


def assign_channels(given: int, expected: int | None) -> Channels:
    """Return how an image of some channels goes through a network.

    Args:
        given: channels of the image: 1 gray, 3 color, one more for transparency, or as many as the
            network takes.
        expected: channels that the network takes; None of one that does not say, which then is
            taken to be one for color.

    Raises:
        ValueError: an image of so many channels cannot be restored by the network.

    Examples:
        >>> assign_channels(4, 3), assign_channels(1, 3)
        (Channels(restored=3, alpha=True, copies=1), Channels(restored=1, alpha=False, copies=3))
    """
    color = 3 if expected is None else expected
    if given == color:
        return Channels(given)
    if given == color + 1 and color in (1, 3):
        return Channels(color, alpha=True)
    if given in (1, 2) and color == 3:
        return Channels(1, alpha=given == 2, copies=3)
    what = {1: 'gray images, 1 channel', 3: 'color images, 3 channels'}
    taken = what.get(color, f'images of {color} channels')
    more = ' (or one more for transparency)' if color in (1, 3) else ''
    order = ': channels are the last axis of an array (H, W, C), the first of a tensor (C, H, W)'
    raise ValueError(
        f'the network restores {taken}{more}; got an image of {given} channels'
        + order * (given > color + 1)
    )
