"""Select the denoiser of a folder: shipped, adapted or a filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mmengine.config import Config

from mmrestore.apis.denoising.adapt import Budget, Training, self_train
from mmrestore.apis.denoising.candidates import Candidate, bilateral, build_candidate
from mmrestore.apis.denoising.decide import Judged, judge, keeps_adapted
from mmrestore.apis.denoising.options import Options
from mmrestore.apis.denoising.progress import ShareLine, duration
from mmrestore.apis.denoising.sample import Sampled
from mmrestore.apis.denoising.verdict import LEAST, counted
from mmrestore.apis.denoising.weights import Learned, read_learned, save_learned

Say = Callable[[str], None]
NAMES = {
    'shipped': 'shipped network',
    'adapted': 'network adapted to the folder',
    'bilateral': 'bilateral filter, 40 gray levels and 2 pixels',
}


class Choice(NamedTuple):
    """The selected denoiser of a folder, its method, and the scores of all candidates."""

    denoiser: Candidate
    method: str
    judged: dict[str, Judged]


def choose_denoiser(
    sample: Sequence[Sampled],
    shipped: Candidate,
    config: Config,
    checkpoint: str,
    options: Options,
    say: Say,
) -> Choice:
    """Adapt the shipped network within the time given, and choose what restores the folder.

    Adapted weights are kept if their mean G on the sample is at least half of that of the shipped
    ones. The bilateral filter is tried for comparison and chosen only by its name.
    """
    filtered = bilateral(device=options.device)
    judged = {
        'shipped': judge(sample, shipped, shipped),
        'bilateral': judge(sample, filtered, shipped),
    }
    if options.method == 'bilateral':
        return Choice(filtered, 'bilateral', judged)
    if options.method == 'shipped' or not options.trains:
        return Choice(shipped, 'shipped', judged)
    if options.method == 'auto' and judged['shipped'].strength < LEAST:
        say(
            'There is nothing to adapt to: the sample holds no noise that can be told from texture.'
        )
        return Choice(shipped, 'shipped', judged)
    adapted = build_candidate(config, checkpoint, device=options.device)
    _learn(sample, adapted, shipped, config, options, say)
    judged['adapted'] = judge(sample, adapted, shipped)
    if options.method == 'auto' and not keeps_adapted(judged['adapted'], judged['shipped']):
        say('Training on this folder did not help; the shipped network is used.')
        return Choice(shipped, 'shipped', judged)
    return Choice(adapted, 'adapted', judged)


def _learn(
    sample: Sequence[Sampled],
    adapted: Candidate,
    shipped: Candidate,
    config: Config,
    options: Options,
    say: Say,
) -> None:
    """Train for the remaining time, starting from the weights of an earlier run if any."""
    seconds = 60 * options.minutes
    earlier = read_learned(options.output, shipped) if options.resume else None
    if earlier is not None:
        adapted.backbone.load_state_dict(earlier.weights)
        say(
            f'The network has learned from this folder before: {counted(earlier.steps, "step")}, '
            f'{duration(earlier.seconds)}.'
        )
    budget = _left(Budget(seconds, options.steps), earlier)
    if budget.share(0, 0) >= 1:
        return
    crops = [crop for picture in sample for crop in picture.crops]
    line = ShareLine()
    taken = self_train(
        adapted.backbone,
        shipped.network,
        crops,
        budget,
        device=options.device,
        seed=options.seed,
        told=lambda share: line.show('adapting', min(share, 1.0)),
    )
    line.close()
    total = Training(
        taken.steps + (earlier.steps if earlier else 0),
        taken.seconds + (earlier.seconds if earlier else 0),
    )
    save_learned(options.output, adapted, shipped, config, total)
    ended = ', ended by Ctrl-C' if taken.interrupted else ''
    say(
        f'Adapted the network to the folder: {counted(taken.steps, "step")} of self-training, '
        f'{duration(taken.seconds)}{ended}.'
    )


def _left(budget: Budget, earlier: Learned | None) -> Budget:
    if earlier is None:
        return budget
    steps = None if budget.steps is None else max(budget.steps - earlier.steps, 0)
    # What an interrupted training lacks is made up for, not a rest of some seconds.
    seconds = budget.seconds - earlier.seconds
    return Budget(seconds if seconds > 0.05 * budget.seconds else 0.0, steps)
