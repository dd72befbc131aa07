"""Blend restored and noisy images at a strength that is estimated without a clean image."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.functional.seeding import random_generator
from mmrestore.functional.strength import Allowed, allowed_strength, strength_map
from mmrestore.functional.witnesses import Passes, Witnesses, disturbed, flip_signs, weigh
from mmrestore.models.inference.base import InferenceDecorator, Network, check_images, check_scale
from mmrestore.models.inference.reference import Reference
from mmrestore.registry import INFERENCE

AUTO = 'auto'


@INFERENCE.register_module()
class Strength(InferenceDecorator):
    """Add a share of the change that a network makes: ``x + w (net(x) - x)``.

    With ``strength='auto'`` each pixel has its own w, estimated without a clean picture: see
    :func:`mmrestore.functional.strength.strength_map`. The network then runs twice. It goes
    outermost, around tiles, self-ensemble, masks and refinement, for the estimates are those of a
    whole picture.

    What a reference network takes away from the picture is taken for noise, with signs that change
    at random. Without a reference that is the change of the network itself. A network that takes
    texture for noise is then noticed in the flat parts of a picture only: name a reference of
    which you know that it suits photographs.

    Args:
        strength: ``'auto'``, or w from 0 (the picture) to 1 (the network). The attribute may also
            be an :class:`~mmrestore.functional.strength.Allowed`, that of one picture.
        careful: halve what is chosen.
        reference: ``backbone`` (config) and ``checkpoint`` of the reference network.
        seed: of the signs.

    Raises:
        ValueError: a value is out of its range, the network enlarges images, or the reference lacks
            ``backbone`` or ``checkpoint``.

    Examples:
        >>> def net(x):
        ...     return (x + 0.5) / 2
        >>> net.scale, net.size_multiple = 1, 1
        >>> Strength(net, strength=0.5)(torch.ones(1, 1, 1, 1)).item()
        0.875
        >>> noisy = 0.5 + 0.05 * torch.randn(2, 3, 64, 64, generator=torch.manual_seed(0))
        >>> [w > 0.6 for w in Strength(net).strengths(noisy)]  # nearly all of the change is noise
        [True, True]
    """

    tiled_inside = True
    draws = True

    def __init__(
        self,
        net: Network,
        *,
        strength: float | str = AUTO,
        careful: bool = False,
        reference: dict | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(net)
        check_scale(self)
        if strength != AUTO and (isinstance(strength, str) or not 0 <= strength <= 1):
            raise ValueError(f"expected strength='auto' or a number in [0, 1], got {strength!r}")
        self.strength: float | str | Allowed = strength
        self.careful, self.seed = careful, seed
        self._reference = None if reference is None else Reference(reference)

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) in [0, 1]."""
        check_images(x)
        if isinstance(self.strength, str):
            restored, weights = self._estimate(x)
            return x + weights * (restored - x)
        restored = self.net(x).to(x)
        if isinstance(self.strength, Allowed):
            return x + strength_map(x, restored, self.strength) * (restored - x)
        return x + self.strength * (restored - x)

    def strengths(self, x: Tensor) -> list[float]:
        """Return the mean strength that is chosen for each of the images (N, C, H, W)."""
        check_images(x)
        return self._estimate(x)[1].mean(dim=(1, 2, 3)).tolist()

    def witnesses(self, x: Tensor) -> list[Witnesses]:
        """Return what is known of the change of each of the images (N, C, H, W)."""
        check_images(x)
        return self._look(x)[1]

    def _estimate(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the restored images and the strength of each pixel, (N, 1, H, W)."""
        restored, found = self._look(x)
        allowed = [allowed_strength(each, careful=self.careful) for each in found]
        parts = zip(x.split(1), restored.split(1), allowed, strict=True)
        return restored, torch.cat([strength_map(*part) for part in parts])

    def _look(self, x: Tensor) -> tuple[Tensor, list[Witnesses]]:
        draws = random_generator(x.device)
        before = None if draws is None else draws.get_state()
        restored = self.net(x).to(x)
        if draws is not None and before is not None:
            # A network that draws draws the same again, so that the passes differ by z only.
            after = draws.get_state()
            draws.set_state(before)
        clean = restored if self._reference is None else self._reference(x)
        signs = (torch.Generator().manual_seed(self.seed) for _ in x)  # alike in every batch
        z = torch.cat(
            [flip_signs(part, rng) for part, rng in zip((x - clean).split(1), signs, strict=True)]
        )
        again = self.net(disturbed(x, z)).to(x)
        if draws is not None and before is not None:
            draws.set_state(after)
        parts = zip(x, restored, z, again, strict=True)
        return restored, [weigh([Passes(*part)]) for part in parts]
