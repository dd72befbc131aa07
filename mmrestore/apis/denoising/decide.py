"""Choose the denoiser and the strength of each picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from torch import Tensor

from mmrestore.apis.denoising.candidates import Candidate
from mmrestore.apis.denoising.results import Page
from mmrestore.apis.denoising.sample import SIDE, Sampled, crops_of, middle_of, spread
from mmrestore.apis.denoising.verdict import LEAST
from mmrestore.functional.strength import Allowed, allowed_strength, gain_at_full_strength
from mmrestore.functional.witnesses import Witnesses, find_witnesses

CROPS = 9  # of a large picture, by which its strength is chosen
CHANGE = 0.1  # gray levels, root mean square: a smaller change is none
JUDGED = 32  # crops on which denoisers are compared
WHOLE = 0.95  # strength above which nothing is said to bound it
KEEP = 0.5  # share of the gain of the shipped denoiser that the adapted one must have


class Rule(NamedTuple):
    """Rule that chooses the strength of a picture.

    - ``given``: the strength of all pictures; None to choose it for each;
    - ``careful``: halves what is chosen.
    """

    given: float | None = None
    careful: bool = False


class Chosen(NamedTuple):
    """The strength of a picture: what is told about it, and what is applied."""

    page: Page
    allowed: Allowed


def choose_strength(
    pixels: np.ndarray, denoiser: Candidate, shipped: Candidate, rule: Rule
) -> Chosen:
    """Choose the strength of a picture by the two witnesses on its crops.

    Args:
        pixels: (H, W, C), upright.
        denoiser: restores it.
        shipped: the denoiser whose change is taken for noise.
        rule: how it is chosen.
    """
    crops = crops_of(pixels, num=CROPS, side=SIDE)
    gray = pixels.shape[-1] == 1
    return chosen_by(witnesses_of(crops, denoiser, shipped, gray=gray), rule)


def witnesses_of(
    crops: Sequence[Tensor], denoiser: Candidate, shipped: Candidate, *, gray: bool
) -> Witnesses:
    """Return the estimates for the change that a denoiser makes in a picture."""
    network, first = denoiser.network, shipped.network
    if gray:
        first = _averaged(first)
        network = first if denoiser is shipped else _averaged(network)
    return find_witnesses(crops, network, first)


def chosen_by(found: Witnesses, rule: Rule) -> Chosen:
    """Return the strength that the witnesses allow.

    The strength of the page is the mean over the picture, ``min(1, 1.5 w_hat)`` times the mean of
    ``min(1, E_flat / e)``; see :func:`mmrestore.functional.strength.strength_map`.

    Examples:
        >>> from mmrestore.functional.witnesses import FlatLevel
        >>> found = Witnesses(0.4, 0.5, 0.0004, 0.0002, 0.7, (FlatLevel(0.5, 0.0002),))
        >>> careful = Rule(careful=True)
        >>> [round(chosen_by(found, rule).page.strength, 2) for rule in (Rule(), careful)]
        [0.42, 0.21]
        >>> chosen_by(found._replace(pass_estimate=0.01), Rule()).page.reason
        'no difference'
    """
    share = found.flat_share
    change = 255 * math.sqrt(found.energy)
    allowed = allowed_strength(found)
    strength = allowed.limit * share
    if rule.given is not None:
        allowed, strength, reason = Allowed(rule.given), rule.given, 'given'
    elif change < CHANGE:
        strength, reason = 0.0, 'no change'
    elif strength < LEAST:
        strength, reason = 0.0, 'no noise' if share < LEAST else 'no difference'
    else:
        reason = 'whole' if strength > WHOLE else 'flat' if share < allowed.limit else 'texture'
        allowed = allowed_strength(found, careful=rule.careful)
        strength = allowed.limit * share
    page = Page(strength, reason, found.pass_estimate, share, strength * change)
    return Chosen(page, allowed)


class Judged(NamedTuple):
    """A denoiser on the sample: its mean G, and the mean of the strengths that it would get."""

    gain: float
    strength: float


def judge(sample: Sequence[Sampled], denoiser: Candidate, shipped: Candidate) -> Judged:
    """Judge a denoiser on up to 32 crops of the sample, as many of each picture."""
    found = [
        witnesses_of(crops, denoiser, shipped, gray=picture.gray)
        for picture, crops in zip(sample, _judged_crops(sample), strict=True)
    ]
    gains = [gain_at_full_strength(each) for each in found]
    strengths = [chosen_by(each, Rule()).page.strength for each in found]
    return Judged(float(np.mean(gains)), float(np.mean(strengths)))


def _judged_crops(sample: Sequence[Sampled]) -> list[list[Tensor]]:
    each = max(JUDGED // len(sample), 1)
    chosen = [[picture.crops[i] for i in spread(len(picture.crops), each)] for picture in sample]
    return [[middle_of(crop, SIDE) for crop in crops] for crops in chosen]


def keeps_adapted(adapted: Judged, shipped: Judged) -> bool:
    """Return whether adapted weights are used: at least half the gain of the shipped ones.

    Examples:
        >>> keeps_adapted(Judged(0.4, 0.8), Judged(0.68, 0.8)), keeps_adapted(
        ...     Judged(0.22, 0.8), Judged(0.68, 0.8)
        ... )
        (True, False)
    """
    return adapted.gain >= KEEP * shipped.gain


def _averaged(network: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Return a network for gray images that averages its output channels."""
    return lambda x: network(x).mean(dim=1, keepdim=True).expand_as(x)
