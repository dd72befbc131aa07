"""The photographs that come with scikit-image: data for trying things out without a download."""

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
    """The color photographs of scenes that lie in the installed scikit-image package.

    Of its files, drawings, gray images and pictures of instruments (retina, tissue, deep sky) are
    left out, and so is ``motorcycle_right``, the scene of ``motorcycle_left`` once more. Training
    and test share no scene. Five images prove that something works, not how well.

    Args:
        split: ``'train'`` (coffee 400x600, motorcycle 500x741, rocket 427x640; height x width) or
            ``'test'`` (astronaut 512x512, chelsea 300x451).
        pipeline: as of ``ImageFolder``.
        name: name of the data set in results; ``'embedded'`` if absent.
        cache: as of ``ImageFolder``; both splits together take 5 MB.

    Raises:
        ValueError: ``split`` is neither of the two.
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
                'EmbeddedPhotographs reads photographs of scikit-image: pip install scikit-image'
            )
        super().__init__(
            Path(package.origin).parent / 'data',
            pipeline=pipeline,
            name=name or 'embedded',
            files=PHOTOGRAPHS[split],
            recursive=False,
            cache=cache,
        )
