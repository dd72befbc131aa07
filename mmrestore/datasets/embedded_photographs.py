"""Photographs of the installed scikit-image package, for experiments without a download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mmrestore.datasets.image_folder import ImageFolder
from mmrestore.registry import DATASETS

PHOTOGRAPHS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        'train': ('coffee.png', 'motorcycle_left.png', 'rocket.jpg'),
        'test': ('astronaut.png', 'chelsea.png'),
    }
)


@DATASETS.register_module()
class EmbeddedPhotographs(ImageFolder):
    """Color photographs of scenes in the installed scikit-image package.

    Drawings, gray images and scientific images (retina, tissue, deep sky) are excluded, as is
    ``motorcycle_right``, which shows the scene of ``motorcycle_left``. Training and test share no
    scene. Five images show that a method works, but not how well.

    Args:
        split: ``'train'`` (coffee 400x600, motorcycle 500x741, rocket 427x640; height x width) or
            ``'test'`` (astronaut 512x512, chelsea 300x451).
        pipeline: see ``ImageFolder``.
        name: name of the data set in results; ``'embedded'`` if None.
        cache: see ``ImageFolder``; both splits together need 5 MB.

    Raises:
        ValueError: ``split`` is unknown.
        ModuleNotFoundError: scikit-image is not installed.

    Examples:
        >>> test = EmbeddedPhotographs('test', pipeline=[dict(type='LoadImage')])
        >>> [sample['img'].shape for sample in test]
        [(512, 512, 3), (300, 451, 3)]
    """

    def __init__(
        self,
        split: str = 'train',
        *,
        pipeline: Sequence[Any] | Mapping[str, Any],
        name: str | None = None,
        cache: bool | str = False,
    ) -> None:
        if split not in PHOTOGRAPHS:
            raise ValueError(f'split must be one of {tuple(PHOTOGRAPHS)}, got {split!r}')
        package = find_spec('skimage')
        if package is None or package.origin is None:
            raise ModuleNotFoundError(
                'EmbeddedPhotographs needs the photographs of scikit-image: run '
                '`pip install scikit-image`'
            )
        super().__init__(
            Path(package.origin).parent / 'data',
            pipeline=pipeline,
            name=name or 'embedded',
            files=PHOTOGRAPHS[split],
            recursive=False,
            cache=cache,
        )
