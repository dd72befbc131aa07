"""Training sampler that resumes at any position."""

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
    """Endless stream of samples, distributed over the ranks, that can start at any position.

    The stream is a sequence of passes over the data set, each in its own order. Rank r of w takes
    elements r, r + w, r + 2w, ..., so that the batches of all ranks together equal those of a
    single process with the total batch size. Each element is a ``SampleKey`` whose epoch is the
    number of the pass. The random draws of the sample depend only on this key.

    An epoch is a number of samples; the stream continues over epochs without a gap.

    Args:
        dataset: the data set, of which only the length is used.
        seed: seed of the orders and draws.
        shuffle: use a random order in each pass.
        repeat: passes per epoch; use more than 1 for more iterations per epoch with few images.

    Raises:
        ValueError: the data set has fewer samples in an epoch than there are ranks.

    Examples:
        >>> sampler = ResumableSampler(range(4), seed=0, shuffle=False)
        >>> sampler.skip(6)
        >>> next(iter(sampler))
        SampleKey(seed=0, epoch=1, index=2)
    """

    def __init__(
        self,
        dataset: Sized,
        *,
        seed: int | None = None,
        shuffle: bool = True,
        repeat: int = 1,
    ) -> None:
        if repeat < 1:
            raise ValueError(f'repeat must be at least 1, got {repeat}')
        self.rank, self.world_size = get_dist_info()
        self.num_images = len(dataset)
        self.seed = seed or 0
        self.shuffle = shuffle
        self.repeat = repeat
        self._start = 0
        if len(self) == 0:
            raise ValueError(
                f'{self.world_size} processes cannot share an epoch of {self.num_images * repeat} '
                'samples: use fewer processes, more images or a larger `repeat` of the sampler'
            )

    def __len__(self) -> int:
        """Return the number of samples per rank and epoch, rounded down."""
        return self.num_images * self.repeat // self.world_size

    def skip(self, num_samples: int) -> None:
        """Start the next iteration after ``num_samples`` samples of this rank."""
        self._start = num_samples

    def __iter__(self) -> Iterator[SampleKey]:
        order, order_of = np.empty(0, dtype=int), -1
        for position in itertools.count(self._start):
            number, offset = divmod(position * self.world_size + self.rank, self.num_images)
            if order_of != number:
                order, order_of = self._order(number), number
            yield SampleKey(self.seed, number, int(order[offset]))

    def _order(self, number: int) -> np.ndarray:
        if not self.shuffle:
            return np.arange(self.num_images)
        return np.random.default_rng((self.seed, number)).permutation(self.num_images)
