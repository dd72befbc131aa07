"""The small denoiser of the reference files of AMSNet."""

from __future__ import annotations

from torch import Tensor, nn


class TinyDenoiser(nn.Module):
    """Three 3x3 convolutions with ReLU between them."""

    scale = 1
    size_multiple = 1

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(3, 8, 3, padding=1)
        self.c2 = nn.Conv2d(8, 8, 3, padding=1)
        self.c3 = nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.c3(self.c2(self.c1(x).relu()).relu())


def tiny_denoiser(tensors: dict[str, Tensor]) -> TinyDenoiser:
    """Return the denoiser with the weights of a reference file."""
    net = TinyDenoiser()
    net.load_state_dict({k[4:]: v for k, v in tensors.items() if k.startswith('net.')})
    return net
