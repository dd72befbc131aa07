"""The sampler of training: a stream of samples that can be entered anywhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sized

import numpy as np
from mmengine.dist import get_dist_info
from torch.utils.data import Sampler

from mmrestore.datasets.sample_key import SampleKey
from mmrestore.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class ResumableSampler(Sampler):
    """Passes over a data set, dealt out to the ranks, entered at any position.

    The stream is a sequence of passes over the data set, each in an order of its own. Rank r of w
    takes its elements r, r + w, r + 2w, ...: the batches of all ranks together are those of a
    single process with the whole batch. Every element is a ``SampleKey``, from which alone the
    random draws of the sample follow.

    Args:
        dataset: the data set, of which only the length is used.
        seed: seed of the orders and of the draws.
        shuffle: whether a pass is in random order.
        repeat: passes in an epoch; more than one lets an epoch of few images have many iterations.
        infinite: whether the stream goes on for ever (training by iterations) instead of ending
            after ``repeat`` passes (training by epochs).

    Raises:
        ValueError: the data set has fewer samples in an epoch than there are ranks.

    Examples:
        >>> sampler = ResumableSampler(range(4), seed=0, shuffle=False)
        >>> sampler.set_epoch(2)
        >>> sampler.skip(3)
        >>> list(sampler)
        [SampleKey(seed=0, epoch=2, index=3)]
    """

    def __init__(
        self,
        dataset: Sized,
        *,
        seed: int | None = None,
        shuffle: bool = True,
        repeat: int = 1,
        infinite: bool = False,
    ) -> None:
        if repeat < 1:
            raise ValueError(f'repeat must be at least 1, got {repeat}')
        self.rank, self.world_size = get_dist_info()
        self.num_images = len(dataset)
        self.seed = seed or 0
        self.shuffle = shuffle
        self.repeat = repeat
        self.infinite = infinite
        self._epoch = 0
        self._start = 0
        if len(self) == 0:
            raise ValueError(
                f'{self.world_size} processes cannot share an epoch of {self.num_images * repeat} '
                'samples: use fewer processes, more images or a larger `repeat` of the sampler'
            )

    def __len__(self) -> int:
        """Samples of one rank in an epoch; the few that do not fill all ranks are left out."""
        return self.num_images * self.repeat // self.world_size

    def set_epoch(self, epoch: int) -> None:
        """Make the next iteration one over ``epoch``."""
        self._epoch = epoch

    def skip(self, num_samples: int) -> None:
        """Let the next iteration, and only that one, begin after ``num_samples`` of this rank."""
        self._start = num_samples

    def __iter__(self) -> Iterator[SampleKey]:
        start, self._start = self._start, 0
        first_pass = self._epoch * self.repeat
        positions = itertools.count(start) if self.infinite else range(start, len(self))
        order, order_of = np.empty(0, dtype=int), -1
        for position in positions:
            number, offset = divmod(position * self.world_size + self.rank, self.num_images)
            number += first_pass
            if order_of != number:
                order, order_of = self._order(number), number
            yield SampleKey(self.seed, number, int(order[offset]))

    def _order(self, number: int) -> np.ndarray:
        if not self.shuffle:
            return np.arange(self.num_images)
        return np.random.default_rng((self.seed, number)).permutation(self.num_images)
