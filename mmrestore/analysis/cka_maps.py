"""CKA between the layers of two networks, or of one under two noises."""

from __future__ import annotations

from collections.abc import Sequence

from mmengine.utils import ProgressBar
from torch import Tensor

from mmrestore.analysis.cka import LEAST_IMAGES, MinibatchCKA, gram_matrices
from mmrestore.analysis.features import collect_features
from mmrestore.analysis.figures import HeatMap
from mmrestore.analysis.networks_under_noise import Inputs

Place = tuple[str, str]  # model and noise


def find_panels(between: str, models: Sequence[str], noises: Sequence[str]) -> dict[Place, Place]:
    """Return the places of the rows and of the columns of every panel.

    Args:
        between: ``models`` or ``noises``.
        models: their names.
        noises: their names; between noises the first is the reference.

    Raises:
        ValueError: there are not two models, or not two noises, to compare.
    """
    if between not in ('models', 'noises'):
        raise ValueError(f"expected 'models' or 'noises', got {between!r}")
    if between == 'models':
        if len(models) != 2:
            raise ValueError(f'between models: give --model twice, got {len(models)}')
        return {(models[0], noise): (models[1], noise) for noise in noises}
    if len(noises) < 2:
        raise ValueError(f'between noises: give at least two --noises, got {len(noises)}')
    return {(model, noise): (model, noises[0]) for model in models for noise in noises[1:]}


def check_batches(patches: int, batch_size: int) -> None:
    """Check that patches can be measured in batches.

    Raises:
        ValueError: the number of patches is no multiple of the size of a batch, or that is too
            small.
    """
    if batch_size < LEAST_IMAGES or patches % batch_size:
        raise ValueError(
            f'--patches must be a multiple of --batch-size, and that at least {LEAST_IMAGES}, got '
            f'{patches} and {batch_size}'
        )


def measure_cka(
    inputs: Inputs, *, between: str, layers: Sequence[str], batch_size: int = 16, seed: int = 0
) -> dict[str, HeatMap]:
    """Return the heat map of every panel by its title.

    Args:
        inputs: networks and patches.
        between: see :func:`find_panels`.
        layers: names as in ``named_modules``, with wildcards.
        batch_size: of the minibatch estimator.
        seed: of what is random in a network.

    Raises:
        ValueError: see :func:`find_panels` and :func:`check_batches`; or there is no such layer.
    """
    panels = find_panels(between, list(inputs.networks), list(inputs.patches))
    num = min(map(len, inputs.patches.values()))
    check_batches(num, batch_size)
    places = sorted({*panels, *panels.values()})
    alignments = {rows: MinibatchCKA() for rows in panels}
    names: dict[Place, list[str]] = {}
    bar = ProgressBar(len(places) * num)
    for start in range(0, num, batch_size):
        grams: dict[Place, Tensor] = {}
        for model, noise in places:
            images = inputs.patches[noise][start : start + batch_size]
            features = collect_features(
                inputs.networks[model],
                images.to(inputs.device),
                layers,
                seed=seed + start,
                progress=bar.update,
            )
            names[model, noise] = list(features)
            grams[model, noise] = gram_matrices(features)
        for rows, columns in panels.items():
            alignments[rows].update(grams[rows], grams[columns])
    print()
    maps: dict[str, HeatMap] = {}
    for rows, columns in panels.items():
        same_noise = rows[1] == columns[1]
        title = rows[1] if same_noise else rows[0]
        axes = (rows[0], columns[0]) if same_noise else (rows[1], columns[1])
        values = alignments[rows].compute().cpu()
        title = title if title not in maps else f'{title}, {rows[1]}'
        maps[title] = HeatMap(values, (names[rows], names[columns]), axes)
    return maps
