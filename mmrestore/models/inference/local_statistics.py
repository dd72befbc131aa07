"""Local statistics at test time for networks that were trained on patches."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from mmrestore.models.backbones.base import facts
from mmrestore.models.inference.base import InferenceDecorator, Network
from mmrestore.models.layers.global_mean import GlobalMean, local_windows
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class LocalStatistics(InferenceDecorator):
    """Take the means of the network over windows of about the size of the patches of training.

    Channel attention weighs channels by their mean over the image. A network that was trained on
    patches has learned the means of patches; those of a large photograph are others and cost
    quality. Every :class:`mmrestore.models.layers.global_mean.GlobalMean` of the network averages
    over a window of 1.5 patches around each pixel instead, where the image is larger than that.
    This holds for calls through the decorator only, in the thread that makes them; the network, its
    weights and its training stay.

    Source: Chu, Chen, Chen and Lu, "Improving image restoration by revisiting global information
    aggregation" (TLC), ECCV 2022.

    Args:
        net: a backbone or a decorator.
        train_size: side of the patches of training in input pixels, a multiple of the network's
            ``size_multiple``.

    Raises:
        ValueError: the network has no such mean, or cannot map patches of that size.

    Examples:
        >>> from mmrestore.models.backbones import NAFNet
        >>> net = NAFNet(channels=8, encoder_depths=[1], num_middle_blocks=0, decoder_depths=[1])
        >>> local = LocalStatistics(net, train_size=64)
        >>> local.window, [window for mean, window in local.windows.items()]
        (96, [(96, 96), (96, 96)])
    """

    def __init__(self, net: Network, *, train_size: int = 256) -> None:
        super().__init__(net)
        module = self.backbone
        name = type(module).__name__
        if not has_global_means(module):
            raise ValueError(f'{name} takes no mean over the image that could be a local one')
        if train_size < 1 or train_size % module.size_multiple:
            raise ValueError(
                f'expected a train_size that is a multiple of {module.size_multiple}, which '
                f'{name} needs, got {train_size}'
            )
        self.window = self.mean_window = int(1.5 * train_size)
        self.windows = {
            mean: (height * self.window // train_size, width * self.window // train_size)
            for mean, (height, width) in mean_sizes(module, train_size).items()
        }

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) in [0, 1]."""
        with local_windows(self.windows):
            return self.net(x)


def has_global_means(net: Any) -> bool:
    """Return whether the network takes means over the image that can be local."""
    return isinstance(net, nn.Module) and any(isinstance(m, GlobalMean) for m in net.modules())


def mean_sizes(net: nn.Module, size: int) -> dict[GlobalMean, tuple[int, int]]:
    """Return the height and width that every mean of the network sees of an image of ``size``.

    The network runs without data, on the meta device: nothing is computed or changed.
    """
    sizes: dict[GlobalMean, tuple[int, int]] = {}

    def note(mean: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(mean, GlobalMean)
        sizes.setdefault(mean, (inputs[0].shape[2], inputs[0].shape[3]))

    means = [m for m in net.modules() if isinstance(m, GlobalMean)]
    handles = [mean.register_forward_pre_hook(note) for mean in means]
    weights = {k: v.to('meta') for k, v in [*net.named_parameters(), *net.named_buffers()]}
    dtype = next(net.parameters()).dtype
    x = torch.empty(1, facts(net).in_channels or 3, size, size, device='meta', dtype=dtype)
    try:
        with torch.no_grad():
            # Tied weights of a module with several names would not be put back.
            torch.func.functional_call(net, weights, (x,), tie_weights=False)
    finally:
        for handle in handles:
            handle.remove()
    return sizes
