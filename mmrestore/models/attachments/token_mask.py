"""Random token masks, at the embedding and in attention layers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmrestore.functional.masks import mask_vectors, random_mask, random_ratios, ratio_range
from mmrestore.functional.seeding import random_generator
from mmrestore.models.attachments.base import Attachment
from mmrestore.models.backbones.base import facts
from mmrestore.registry import MODELS

ROLES = ('embedding', 'attention')


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
        tokens: instead of ``layers``, ``at`` and ``channel_dim``, what the network states:
            ``embedding``, where an image is embedded, or ``attention``, the input of every
            attention layer; see :class:`mmrestore.models.backbones.base.Backbone`.
        ratio: probability in [0, 1] that a token is masked, or a pair (low, high) from which it is
            drawn uniformly. A schedule may set it later.
        at: ``input``, the default, or ``output`` of the layers.
        channel_dim: the axis of the channels: 1 of features (N, C, H, W), 3 of (N, H, W, C), -1,
            the default, of (windows, pixels, C) or of rows (pixels, C).
        per_image: draw a ratio for every index of the first axis, which must be that of the images;
            otherwise one for every layer in every pass.
        whole_percent: draw ratios in steps of 0.01, as the released code.
        token: ``zero``, or ``learnable``: a vector that begins as 0.
        channels: width of the tokens; a learnable token needs it.
        in_training: whether it acts in layers that are in training mode.
        in_test: whether it acts in layers that are in evaluation mode; there the draws are seeded
            by the restorer.

    Raises:
        ValueError: a ratio is not in [0, 1], or another argument has no such value; not exactly one
            of ``layers`` and ``tokens`` is given; when it is attached, if the network has no such
            tokens; in a pass, if with ``per_image`` the first axis is not that of the images, or if
            ``channel_dim`` is -1 and there are four axes.

    Examples:
        >>> net = nn.Sequential(nn.Conv2d(3, 8, 1), nn.Conv2d(8, 3, 3, padding=1))
        >>> mask = TokenMask('0', ratio=1.0, at='output', channel_dim=1)
        >>> mask.attach(net)
        >>> x = torch.rand(1, 3, 5, 6)
        >>> bool((net(x) == net[1](torch.zeros(1, 8, 5, 6))).all())
        True
    """

    bounds: Tensor
    ratios: Tensor

    def __init__(
        self,
        layers: str | Sequence[str] | None = None,
        *,
        tokens: str | None = None,
        ratio: float | Sequence[float],
        at: str | None = None,
        channel_dim: int | None = None,
        per_image: bool = False,
        whole_percent: bool = True,
        token: str = 'zero',
        channels: int | None = None,
        in_training: bool = True,
        in_test: bool = False,
    ) -> None:
        if (layers is None) == (tokens is None):
            raise ValueError(
                "TokenMask needs either layers, their names, or tokens='embedding' or 'attention', "
                f'got layers={layers!r} and tokens={tokens!r}'
            )
        if tokens is not None and (tokens not in ROLES or (at, channel_dim) != (None, None)):
            raise ValueError(
                f"expected tokens='embedding' or tokens='attention', for which the network states "
                f'at and channel_dim, got tokens={tokens!r}, at={at!r} and '
                f'channel_dim={channel_dim!r}'
            )
        super().__init__(layers, at=at or 'input', in_training=in_training, in_test=in_test)
        channel_dim = -1 if channel_dim is None else channel_dim
        if token not in ('zero', 'learnable'):
            raise ValueError(f"token must be 'zero' or 'learnable', got {token!r}")
        if channel_dim not in (1, 3, -1):
            raise ValueError(
                'channel_dim must be 1, for features (N, C, H, W), 3, for (N, H, W, C), or -1, for '
                f'windows or rows whose channels come last, got {channel_dim}'
            )
        # Draws read a tensor: another number would have a network with the mask compiled anew.
        self.register_buffer('bounds', torch.zeros(2), persistent=False)
        self.register_buffer('ratios', torch.zeros(0), persistent=False)
        self.ratio = ratio
        self.tokens = tokens
        self.channel_dim = channel_dim
        self.per_image = per_image
        self.whole_percent = whole_percent
        self.token: nn.Parameter | None = None
        if token == 'learnable':
            if channels is None:
                raise ValueError("token='learnable' needs `channels`, the width of the tokens")
            self.token = nn.Parameter(torch.zeros(channels))

    @property
    def ratio(self) -> tuple[float, float]:
        """The least and the greatest probability that a token is masked."""
        return self._ratio

    @ratio.setter
    def ratio(self, value: float | Sequence[float]) -> None:
        self._ratio = ratio_range(value)
        self.bounds.copy_(torch.tensor(self._ratio), non_blocking=True)

    def resolve(self, network: nn.Module) -> None:
        """Look up the tokens that the network states.

        Raises:
            ValueError: it states none.
        """
        if self.tokens is None:
            return
        stated = facts(network)
        found = stated.embedding if self.tokens == 'embedding' else stated.attention
        if found is None:
            raise ValueError(
                f'{type(network).__name__} states no attention layers whose tokens could be '
                f'masked: model.attachments.{self.name or "attention_mask"}=None leaves this mask '
                'out'
            )
        self.patterns = [found.layers] if isinstance(found.layers, str) else list(found.layers)
        self.at, self.channel_dim = found.at, found.channel_dim

    def begin(self, x: Tensor) -> None:
        """Draw the ratios of a pass: a layer that is called in pieces has one for all."""
        num = len(x) if self.per_image else len(self.layers)
        low, high = self.bounds.unbind()
        device = self.bounds.device
        self.ratios = random_ratios(
            num,
            low,
            high,
            whole_percent=self.whole_percent,
            device=device,
            generator=random_generator(device),
        )

    def act(self, features: Tensor, place: int) -> Tensor:
        """Mask the tokens that go into a layer, or come out of it."""
        if self.channel_dim == -1 and features.ndim > 3:
            raise ValueError(
                f'{self.layers[place] or "the network"} has features of shape '
                f'{tuple(features.shape)}: set channel_dim=1 if they are (N, C, H, W), 3 if they '
                'are (N, H, W, C)'
            )
        keep = self.draw(features, place)
        token = 0.0 if self.token is None else self.token
        return mask_vectors(features, keep, channel_dim=self.channel_dim, token=token)

    def draw(self, features: Tensor, place: int) -> Tensor:
        """Return which tokens of a layer are kept, boolean, without the axis of the channels."""
        shape = list(features.shape)
        del shape[self.channel_dim]
        device, generator = features.device, random_generator(features.device)
        if not self.per_image:
            return random_mask(shape, self.ratios[place], device=device, generator=generator)
        if shape[0] != len(self.ratios):
            raise ValueError(
                f'per_image=True needs layers whose first axis is that of {len(self.ratios)} '
                f'images, got {tuple(features.shape)} at {self.layers[place]}'
            )
        ratios = self.ratios.view(-1, *[1] * (len(shape) - 1))
        return random_mask(shape, ratios, device=device, generator=generator)
