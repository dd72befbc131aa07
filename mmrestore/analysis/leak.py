"""Check whether an output depends on the noisy pixel that the loss compares it with.

A network that is trained on noisy images alone learns the noise itself, and nothing else, where its
output sees the noisy pixel that is its target. Gradients tell that for any network, mask and pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmrestore.functional.seeding import seeded
from mmrestore.models.restorers import Restorer
from mmrestore.structures import DataSample

SHARE_OF_NOISE = 0.9  # of the elements that two draws must change; two masks change at most half
TRIES = 20  # elements of the target that are looked at for each one that is wanted
SPREAD = 0.1  # of parameters that start from one value, some of which block gradients


@dataclass(frozen=True)
class LeakReport:
    """Findings at the inspected elements of the target.

    Attributes:
        num_elements: how many they are; each is one channel of one pixel.
        num_leaking: how many of their outputs see what they are made of.
        largest: greatest gradient by which one does, relative to the greatest one of that output.
        nothing: why there was nothing to look at; empty if there was.
    """

    num_elements: int
    num_leaking: int
    largest: float
    nothing: str = ''

    @property
    def share(self) -> float:
        """Share of the elements that leak, in [0, 1]."""
        return self.num_leaking / max(self.num_elements, 1)

    def __str__(self) -> str:
        if self.nothing:
            return f'the target is not made of the input: nothing to check; {self.nothing}'
        if not self.num_leaking:
            return f'no leak: none of {self.num_elements} outputs sees what it is compared with'
        return (
            'the output sees the noisy pixel that it is compared with: '
            f'{self.num_leaking} of {self.num_elements} outputs ({100 * self.share:.1f} %), by a '
            f'gradient of up to {self.largest:.2g} of their greatest. A network learns the noise '
            'that it sees: hide the pixel by a blind spot, a mask or pairs of images'
        )


def find_leaks(
    pred: Tensor,
    target: Tensor,
    weight: Tensor | None,
    noisy: Tensor,
    *,
    num_elements: int = 16,
    generator: torch.Generator | None = None,
) -> LeakReport:
    """Look at random elements of a target: does the prediction see what they are made of?

    Elements of weight 0 are passed over, and those that no element of ``noisy`` has a part in.

    Args:
        pred: predictions (N, C, H, W).
        target: targets (N, C, H, W), or (N, K, C, H, W) of which K belong to each prediction.
        weight: what the loss multiplies them by, spread to the shape of the target; None is 1.
        noisy: what both are computed of, with gradients.
        num_elements: how many elements are looked at, if there are so many.
        generator: source of the choice, on the CPU.

    Raises:
        ValueError: there is something to look at, but no gradient leads from a prediction there to
            ``noisy``, so that nothing can be told.

    Examples:
        >>> y = torch.rand(1, 1, 4, 4, requires_grad=True)
        >>> find_leaks(y.roll(1, -1), y, None, y).num_leaking
        0
        >>> report = find_leaks(0.5 * y + y.roll(1, -1), y, None, y, num_elements=4)
        >>> report.share, report.largest
        (1.0, 0.5)
    """
    if not target.requires_grad:
        return LeakReport(0, 0, 0.0, 'no gradient leads from the target to the noisy image')
    places = _weighted_places(target, weight)
    order = torch.randperm(len(places), generator=generator)[: TRIES * num_elements]
    found = leaking = 0
    largest = 0.0
    sees_anything = False
    for place in places[order].tolist():
        sources = _gradient(target[tuple(place)], noisy) != 0
        if not sources.any():
            continue
        own = place if target.ndim == pred.ndim else [place[0], *place[2:]]
        seen = _gradient(pred[tuple(own)], noisy).abs()
        sees_anything = sees_anything or bool(seen.any())
        found += 1
        hidden = float(seen[sources].max())
        if hidden > 0:
            leaking += 1
            largest = max(largest, hidden / float(seen.max()))
        if found == num_elements:
            break
    if found and not sees_anything:
        raise ValueError(
            f'no gradient leads from any of {found} outputs to the noisy image: of a network that '
            'does not look at its input, or not by differentiable operations, nothing can be told'
        )
    nothing = '' if found else f'no noisy pixel has a part in {len(order)} elements with a weight'
    return LeakReport(found, leaking, largest, nothing)


def check_restorer(
    restorer: Restorer,
    images: Tensor,
    target: Tensor | None = None,
    *,
    num_elements: int = 16,
    seed: int = 0,
) -> LeakReport:
    """Tell whether the outputs of a training see what its losses compare them with.

    The batch transforms act as in training. What of them adds noise to the inputs alone is the
    noise that must not be seen: targets from before it are clean. All masks and dropout of training
    act; batch norm takes its stored statistics, for those of a batch see every pixel of it. Losses
    that look at more than the pair, as the consistency of pairs, are not asked.

    Args:
        restorer: made for this check, on the CPU, whose convolutions keep zeros exact: it is set to
            training, and parameters that are all of one value, as zeros that block gradients, get
            others.
        images: (N, C, H, W) in [0, 1], of a size that the network trains on.
        target: what the samples of the data set have as targets; None of single images.
        num_elements: how many elements of the target are looked at.
        seed: seed of all that is random.

    Raises:
        TypeError: the restorer does not offer what it compares.
        ValueError: the images do not fit the network, no gradient leads through it, or the targets
            of single images have nothing of them where the loss looks.
    """
    # A restorer of a plugin may have the method without our base class.
    if not hasattr(restorer, 'compared'):
        raise TypeError(
            f'{type(restorer).__name__} does not tell what its losses compare: define '
            '`compared(inputs, data_samples)`, which returns predictions, targets and weight'
        )
    restorer.train()
    for module in restorer.modules():
        if isinstance(module, _BatchNorm):
            module.eval()
    generator = torch.Generator().manual_seed(seed)
    _spread(restorer, generator)
    with seeded(seed):
        inputs, samples, noisy, noise = _transform(restorer, images, target, seed)
        pred, compared, weight = restorer.compared(inputs, samples)
    report = find_leaks(
        pred, compared, weight, noisy, num_elements=num_elements, generator=generator
    )
    if report.nothing and target is not None and samples.gt_img is target:
        return LeakReport(0, 0, 0.0, 'the data set has targets of its own')
    if report.nothing and noise:
        return LeakReport(0, 0, 0.0, f'{noise!r} adds noise to the inputs and not to the target')
    if report.nothing and target is None and compared.requires_grad:
        raise ValueError(
            'expected targets made of the noisy images, but those that the loss looks at are '
            'constant: NoisyTarget and other targets come before what hides pixels, as PixelMask'
        )
    return report


def _transform(
    restorer: Restorer, images: Tensor, target: Tensor | None, seed: int
) -> tuple[Tensor, DataSample, Tensor, str]:
    """Return inputs and samples, the noisy image they are made of and what added noise last."""
    noisy = images.clone().requires_grad_()
    inputs, noise = noisy, ''
    samples = DataSample(gt_img=noisy if target is None else target)
    preprocessor = restorer.data_preprocessor
    # A data preprocessor of a plugin may have no batch transforms.
    for name, transform in getattr(preprocessor, 'batch_transforms', {}).items():
        with seeded(seed + 1), torch.no_grad():
            other, other_samples = transform(inputs, samples)
        inputs, samples = transform(inputs, samples)
        if _is_noise(inputs, other) and _same_targets(samples, other_samples):
            noisy = inputs.detach().requires_grad_()
            inputs, noise = noisy, name
    return inputs, samples, noisy, noise


def _is_noise(inputs: Tensor, other: Tensor) -> bool:
    if inputs.shape != other.shape:
        return False
    return float((inputs != other).float().mean()) > SHARE_OF_NOISE


def _same_targets(samples: DataSample, others: DataSample) -> bool:
    if set(samples.keys()) != set(others.keys()):
        return False
    return all(torch.equal(samples.get(key), others.get(key)) for key in samples.keys())  # noqa: SIM118


def _weighted_places(target: Tensor, weight: Tensor | None) -> Tensor:
    if weight is None:
        return torch.ones_like(target, dtype=torch.bool).nonzero()
    if weight.ndim < target.ndim:
        weight = weight.unsqueeze(1)
    return (weight > 0).expand_as(target).nonzero()


def _gradient(value: Tensor, noisy: Tensor) -> Tensor:
    if not value.requires_grad:
        return torch.zeros_like(noisy)
    (gradient,) = torch.autograd.grad(value, noisy, retain_graph=True, allow_unused=True)
    return torch.zeros_like(noisy) if gradient is None else gradient


@torch.no_grad()
def _spread(network: nn.Module, generator: torch.Generator) -> None:
    for parameter in network.parameters():
        if parameter.numel() and parameter.min() == parameter.max():
            draws = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
            parameter.add_(SPREAD * draws)
