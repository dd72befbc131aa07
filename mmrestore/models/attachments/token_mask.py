"""Random masks of tokens, at the embedding and in attention layers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmrestore.functional.masks import mask_vectors, random_mask, random_ratios, ratio_range
from mmrestore.models.attachments.base import Attachment
from mmrestore.registry import MODELS


@MODELS.register_module()
class TokenMask(Attachment):
    """Replace random tokens, the feature vectors of single pixels, by a mask token.

    A masked token still takes part in attention, as query, key and value; nothing is rescaled.

    Source: "Masked image training for generalizable deep image denoising", section 3. Its input
    mask is at the output of the embedding, in training only, with a ratio of its own for every
    image. Its attention mask is at the input of every attention layer, with one ratio for a layer,
    in training and, as in the released code, at test.

    Args:
        layers: names of the layers, with wildcards; see :class:`Attachment`.
        ratio: probability in [0, 1] that a token is masked, or a pair (low, high) from which it is
            drawn uniformly. A schedule may set it later.
        at: ``input`` or ``output`` of the layers.
        channel_dim: the axis of the channels: 1 of features (N, C, H, W), -1 of (windows, pixels,
            C) or of rows (pixels, C).
        per_image: draw a ratio for every index of the first axis, which must be that of the images;
            otherwise one for every layer in every pass.
        whole_percent: draw ratios in steps of 0.01, as the released code.
        token: ``zero``, or ``learnable``: a vector that begins as 0.
        channels: width of the tokens; a learnable token needs it.
        in_training: whether it acts in training mode.
        in_test: whether it acts in evaluation mode; there the draws are seeded by the restorer.

    Raises:
        ValueError: a ratio is not in [0, 1], or another argument has no such value.

    Examples:
        >>> net = nn.Sequential(nn.Conv2d(3, 8, 1), nn.Conv2d(8, 3, 3, padding=1))
        >>> mask = TokenMask('0', ratio=1.0, at='output', channel_dim=1)
        >>> mask.attach(net)
        >>> x = torch.rand(1, 3, 5, 6)
        >>> bool((net(x) == net[1](torch.zeros(1, 8, 5, 6))).all())
        True
    """

    def __init__(
        self,
        layers: str | Sequence[str],
        *,
        ratio: float | Sequence[float],
        at: str = 'input',
        channel_dim: int = -1,
        per_image: bool = False,
        whole_percent: bool = True,
        token: str = 'zero',
        channels: int | None = None,
        in_training: bool = True,
        in_test: bool = False,
    ) -> None:
        super().__init__(layers, at=at, in_training=in_training, in_test=in_test)
        if token not in ('zero', 'learnable'):
            raise ValueError(f"token must be 'zero' or 'learnable', got {token!r}")
        if channel_dim not in (1, -1):
            raise ValueError(
                'channel_dim must be 1, for features (N, C, H, W), or -1, for channels that come '
                f'last, got {channel_dim}'
            )
        self.ratio = ratio
        self.channel_dim = channel_dim
        self.per_image = per_image
        self.whole_percent = whole_percent
        self.token: nn.Parameter | None = None
        if token == 'learnable':
            if channels is None:
                raise ValueError("token='learnable' needs `channels`, the width of the tokens")
            self.token = nn.Parameter(torch.zeros(channels))
        self._ratios: Tensor | None = None

    @property
    def ratio(self) -> tuple[float, float]:
        """The least and the greatest probability that a token is masked."""
        return self._ratio

    @ratio.setter
    def ratio(self, value: float | Sequence[float]) -> None:
        self._ratio = ratio_range(value)

    def begin(self, x: Tensor) -> None:
        """Draw the ratio of every layer: a layer that is called in pieces has one for all."""
        if not self.per_image:
            self._ratios = self._draw_ratios(len(self.layers), x.device)

    def act(self, features: Tensor, place: int) -> Tensor:
        """Mask the tokens that go into a layer, or come out of it."""
        keep = self.draw(features, place)
        token = 0.0 if self.token is None else self.token
        return mask_vectors(features, keep, channel_dim=self.channel_dim, token=token)

    def draw(self, features: Tensor, place: int) -> Tensor:
        """Return which tokens of a layer are kept, boolean, without the axis of the channels."""
        shape = list(features.shape)
        del shape[self.channel_dim]
        low, high = self.ratio
        ratio: float | Tensor = low
        if low < high:
            if self.per_image:
                ratio = self._draw_ratios(shape[0], features.device)
                ratio = ratio.view(-1, *[1] * (len(shape) - 1))
            else:
                assert self._ratios is not None
                ratio = self._ratios[place]
        return random_mask(shape, ratio, device=features.device)

    def _draw_ratios(self, num: int, device: torch.device) -> Tensor:
        return random_ratios(num, *self.ratio, whole_percent=self.whole_percent, device=device)
