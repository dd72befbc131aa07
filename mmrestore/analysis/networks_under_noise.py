"""What the analyses of networks under noise are given: models, noises and patches."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from mmengine.config import Config
from mmengine.utils import ProgressBar
from model_arguments import add_models, check_names
from torch import Tensor, nn

from mmrestore.analysis.features import collect_features, deepest_layer, find_layers
from mmrestore.analysis.figures import check_png
from mmrestore.analysis.noises import noise_config
from mmrestore.analysis.patches import read_patches
from mmrestore.apis.inference import init_restorer
from mmrestore.datasets.transforms.add_noise import AddNoise


@dataclass(frozen=True)
class Inputs:
    """Networks by name, in evaluation mode, and noisy patches (N, C, H, W) by noise."""

    networks: dict[str, nn.Module]
    patches: dict[str, Tensor]


def make_parser(description: str, *, num: int, size: int, noises: str) -> argparse.ArgumentParser:
    """Return a parser of the arguments that the commands share, with their defaults."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_models(parser)
    parser.add_argument('--images', required=True, metavar='DIR', help='folder of clean images')
    parser.add_argument(
        '--noises',
        nargs='+',
        default=noises.split(),
        metavar='NOISE',
        help='such as gaussian:15, or GaussianNoise:sigma=15; the first one is the reference; '
        f'{noises} by default',
    )
    parser.add_argument(
        '--patches', type=int, default=num, metavar='N', help=f'their number, {num} by default'
    )
    parser.add_argument(
        '--size', type=int, default=size, help=f'side of a patch in pixels, {size} by default'
    )
    parser.add_argument('--seed', type=int, default=0, help='of places, noises and masks')
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    parser.add_argument('--output', required=True, metavar='FILE.png', help='where it is drawn')
    return parser


def parse_inputs(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Inputs:
    """Build the models and make the patches noisy; what is wrong ends the command."""
    try:
        return read_inputs(options)
    except (FileNotFoundError, KeyError, TypeError, ValueError) as error:
        parser.error(str(error.args[0] if isinstance(error, KeyError) else error))


def read_inputs(options: argparse.Namespace) -> Inputs:
    """Build the models and make the patches noisy.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        KeyError, TypeError: there is no such noise, or it has no such argument.
        ValueError: the arguments do not fit each other, weights are of another network, or the
            images cannot be used.
    """
    check_png(options.output)
    check_names(options.model)
    transforms = {text: AddNoise(noise_config(text), seed=None) for text in options.noises}
    networks: dict[str, nn.Module] = {}
    for name, config, checkpoint in options.model:
        settings = Config.fromfile(config)
        settings.model.pop('compile', None)  # a compiled network cannot be looked into
        restorer = init_restorer(settings, checkpoint, device=options.device)
        networks[name] = restorer.get_submodule('backbone')
        multiple = networks[name].size_multiple
        if options.size % multiple:
            raise ValueError(
                f'{name} needs patches whose sides are multiples of {multiple}, got {options.size}'
            )
    channels = {getattr(network, 'in_channels', 3) for network in networks.values()}
    if len(channels) > 1 or not channels <= {1, 3}:
        raise ValueError(
            f'expected networks for gray images (1 channel) or for colour (3), got {channels}'
        )
    given = {
        'num': options.patches,
        'size': options.size,
        'seed': options.seed,
        'color': 'gray' if channels == {1} else 'rgb',
    }
    patches = {
        text: read_patches(options.images, transform=transform, **given)
        for text, transform in transforms.items()
    }
    return Inputs(networks, patches)


def add_layer(parser: argparse.ArgumentParser) -> None:
    """Add the argument that :func:`deep_features` reads."""
    parser.add_argument(
        '--layer',
        metavar='NAME',
        help="layer of the features, 'NAME:input' for what it gets; the input of the last "
        'convolution by default',
    )


def deep_features(
    inputs: Inputs, options: argparse.Namespace
) -> Iterator[tuple[str, str, str, Tensor]]:
    """Yield (model, layer, noise, features (N, features)), the noises of a model in their order.

    Raises:
        ValueError: there is no such layer, there are several, or a network has no convolution.
    """
    bar = ProgressBar(len(inputs.networks) * len(inputs.patches) * options.patches)
    for model, network in inputs.networks.items():
        image = next(iter(inputs.patches.values()))[:1].to(options.device)
        layers = find_layers(network, [options.layer or deepest_layer(network, image)])
        if len(layers) > 1:
            raise ValueError(f'expected the name of one layer, got {options.layer!r} for {layers}')
        for noise, patches in inputs.patches.items():
            features = collect_features(
                network,
                patches.to(options.device),
                layers,
                seed=options.seed,
                progress=bar.update,
            )
            yield model, layers[0], noise, features[layers[0]]
    print()
