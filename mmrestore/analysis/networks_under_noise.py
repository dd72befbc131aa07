"""Inputs of the noise analyses: models, noises and patches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmengine.utils import ProgressBar
from torch import Tensor, nn

from mmrestore.analysis.features import collect_features, deepest_layer, find_layers
from mmrestore.analysis.noises import noise_config
from mmrestore.analysis.patches import read_patches
from mmrestore.apis.inference import init_restorer
from mmrestore.apis.networks import choose_device, open_network_config
from mmrestore.datasets.transforms.add_noise import AddNoise
from mmrestore.models.backbones.base import facts

NamedModel = Sequence[str]  # name, config, checkpoint


@dataclass(frozen=True)
class Inputs:
    """Networks under noise.

    - ``networks``: by name, in evaluation mode, on ``device``;
    - ``patches``: noisy patches (N, C, H, W) by noise.
    """

    networks: dict[str, nn.Module]
    patches: dict[str, Tensor]
    device: str


def read_inputs(
    models: Sequence[NamedModel],
    images: str | Path,
    noises: Sequence[str],
    *,
    num: int,
    size: int,
    seed: int = 0,
    device: str | None = None,
) -> Inputs:
    """Build the models and make the patches noisy.

    Args:
        models: name, config and checkpoint of each.
        images: folder of clean images.
        noises: as ``gaussian:15``, see ``noise_config``.
        num: number of patches.
        size: side of a patch in pixels.
        seed: of the places of patches and of the noises.
        device: where the networks run; a GPU if there is one by default.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        KeyError, TypeError: there is no such noise, or it has no such argument.
        ValueError: the arguments do not fit each other, weights are of another network, or the
            images cannot be used.
    """
    check_names(models)
    device = choose_device(device)
    transforms = {text: AddNoise(noise_config(text), seed=None) for text in noises}
    networks: dict[str, nn.Module] = {}
    for name, config, checkpoint in models:
        settings = open_network_config(config)
        settings.model.pop('compile', None)  # a compiled network cannot be looked into
        restorer = init_restorer(settings, checkpoint, device=device)
        networks[name] = restorer.get_submodule('backbone')
        multiple = facts(networks[name]).size_multiple
        if size % multiple:
            raise ValueError(
                f'{name} needs patches whose sides are multiples of {multiple}, got {size}'
            )
    channels = {facts(network).in_channels or 3 for network in networks.values()}
    if len(channels) > 1 or not channels <= {1, 3}:
        raise ValueError(
            f'expected networks for gray images (1 channel) or for colour (3), got {channels}'
        )
    color = 'gray' if channels == {1} else 'rgb'
    patches = {
        text: read_patches(images, num=num, size=size, seed=seed, color=color, transform=transform)
        for text, transform in transforms.items()
    }
    return Inputs(networks, patches, device)


def check_names(models: Sequence[NamedModel]) -> None:
    """Check that models have different names.

    Raises:
        ValueError: two have the same.
    """
    names = [name for name, *_ in models]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f'models need different names, got {", ".join(twice)} twice')


def deep_features(
    inputs: Inputs, *, layer: str | None = None, seed: int = 0
) -> Iterator[tuple[str, str, str, Tensor]]:
    """Yield (model, layer, noise, features (N, features)), the noises of a model in their order.

    Args:
        inputs: networks and patches.
        layer: its name, ``NAME:input`` for what it gets; the input of the last convolution by
            default.
        seed: of what is random in a network, as masks.

    Raises:
        ValueError: there is no such layer, there are several, or a network has no convolution.
    """
    bar = ProgressBar(
        sum(len(patches) for patches in inputs.patches.values()) * len(inputs.networks)
    )
    for model, network in inputs.networks.items():
        image = next(iter(inputs.patches.values()))[:1].to(inputs.device)
        layers = find_layers(network, [layer or deepest_layer(network, image)])
        if len(layers) > 1:
            raise ValueError(f'expected the name of one layer, got {layer!r} for {layers}')
        for noise, patches in inputs.patches.items():
            features = collect_features(
                network, patches.to(inputs.device), layers, seed=seed, progress=bar.update
            )
            yield model, layers[0], noise, features[layers[0]]
    print()
