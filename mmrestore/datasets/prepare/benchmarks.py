"""The public data sets of the configs: where they lie, what belongs to them, who offers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mmrestore.datasets.image_file import ImageSize

DENOISING_COLLECTION = 'the folder testsets of https://github.com/cszn/FFDNet'


@dataclass(frozen=True)
class Benchmark:
    """What is known of a public data set.

    Args:
        folder: its place below the root of the data.
        num_images: how many images belong to it.
        source: where it is to be had, in words.
        editions: names of the forms in which it is passed on, each with the rule that the sizes of
            all its images obey; empty if sizes vary without a rule.
        names: names of the files without extension, where they are fixed.
        pair: of pairs, the folders of inputs and targets below ``folder``; each has ``num_images``.
    """

    folder: str
    num_images: int
    source: str
    editions: Mapping[str, Callable[[ImageSize], bool]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    pair: tuple[str, str] | None = None


def _either(long: int, short: int) -> Callable[[ImageSize], bool]:
    return lambda size: sorted(size) == [short, long]


def _longest(side: int) -> Callable[[ImageSize], bool]:
    return lambda size: max(size) == side


def _div2k(split: str, first: int, last: int) -> Benchmark:
    names = tuple(f'{number:04d}' for number in range(first, last + 1))
    return Benchmark(
        folder=f'DIV2K/{split}/HR',
        num_images=len(names),
        source=f'https://data.vision.ee.ethz.ch/cvl/DIV2K/ (DIV2K_{split}_HR.zip)',
        editions={'longest side 2040': _longest(2040)},
        names=names,
    )


def _blurred(
    folder: str, num_images: int, source: str, editions: Mapping[str, Callable] | None = None
) -> Benchmark:
    return Benchmark(folder, num_images, source, editions or {}, pair=('blur', 'sharp'))


GOPRO = 'https://seungjunnah.github.io/Datasets/gopro (GOPRO_Large.zip)'
REALBLUR = 'http://cg.postech.ac.kr/research/realblur/ (RealBlur.zip)'
HD = {'1280x720': _either(1280, 720)}

BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType(
    {
        'div2k_train': _div2k('train', 1, 800),
        'div2k_valid': _div2k('valid', 801, 900),
        'kodak24': Benchmark(
            folder='test/kodak24',
            num_images=24,
            source=f'https://r0k.us/graphics/kodak/ (originals); {DENOISING_COLLECTION} (crops)',
            editions={
                'originals of 768x512': _either(768, 512),
                '500x500 crops of denoising papers': _either(500, 500),
            },
        ),
        'mcmaster': Benchmark(
            folder='test/mcmaster',
            num_images=18,
            source='https://www4.comp.polyu.edu.hk/~cslzhang/CDM_Dataset.htm; '
            + DENOISING_COLLECTION,
            editions={'500x500': _either(500, 500)},
        ),
        'cbsd68': Benchmark(
            folder='test/cbsd68',
            num_images=68,
            source='https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/bsds/ (all images); '
            + DENOISING_COLLECTION,
            editions={'481x321': _either(481, 321)},
        ),
        'urban100': Benchmark(
            folder='test/urban100',
            num_images=100,
            source='https://github.com/jbhuang0604/SelfExSR (high-resolution images)',
        ),
        'gopro_train': _blurred('GoPro/train', 2103, GOPRO, HD),
        'gopro_test': _blurred('GoPro/test', 1111, GOPRO, HD),
        'hide': _blurred('test/hide', 2025, 'https://github.com/joanshen0508/HA_deblur'),
        'realblur_r': _blurred('test/realblur_r', 980, REALBLUR),
        'realblur_j': _blurred('test/realblur_j', 980, REALBLUR),
    }
)
