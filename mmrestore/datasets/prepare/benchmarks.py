"""Table of the public data sets used by the configs: folders, contents and sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mmrestore.datasets.image_file import ImageSize

DENOISING_COLLECTION = 'the folder testsets of https://github.com/cszn/FFDNet'


@dataclass(frozen=True)
class Benchmark:
    """Properties of a public data set.

    Args:
        folder: folder below the data root.
        num_images: number of images.
        source: description of the download source.
        editions: names of distributed editions, each with a rule for the sizes of all images; empty
            if sizes follow no rule.
        names: fixed file names without extension, if any.
        foreign: names of test images that must not be contained.
        pair: folders of inputs and targets below ``folder`` for pairs; each has ``num_images``.
        patterns: name patterns of inputs and targets, see ``ImageFolder``.
        split: split of SIDD blocks, see ``SIDDBlocks``.
    """

    folder: str
    num_images: int
    source: str
    editions: Mapping[str, Callable[[ImageSize], bool]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    pair: tuple[str, str] | None = None
    patterns: tuple[str, str] = ('{}', '{}')
    split: str | None = None


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


def _numbered(folder: str, num_images: int, digits: int, source: str) -> Benchmark:
    names = tuple(f'{number:0{digits}d}' for number in range(1, num_images + 1))
    return Benchmark(folder, num_images, source, names=names)


def _real(folder: str, num_images: int, source: str) -> Benchmark:
    return Benchmark(
        folder,
        num_images,
        source,
        editions={'512x512': _either(512, 512)},
        pair=('', ''),
        patterns=('{}_real', '{}_mean'),
    )


def _blocks(split: str, source: str) -> Benchmark:
    return Benchmark(
        folder='SIDD',
        num_images=1280,
        source=source,
        editions={'256x256': _either(256, 256)},
        split=split,
    )


def _blurred(
    folder: str, num_images: int, source: str, editions: Mapping[str, Callable] | None = None
) -> Benchmark:
    return Benchmark(folder, num_images, source, editions or {}, pair=('blur', 'sharp'))


GOPRO = 'https://seungjunnah.github.io/Datasets/gopro (GOPRO_Large.zip)'
REALBLUR = 'http://cg.postech.ac.kr/research/realblur/ (RealBlur.zip)'
# Image names of CBSD68, all from the split val of BSDS500.
CBSD68 = """
    3096 12084 14037 16077 19021 21077 24077 33039 101085 101087 102061 103070 105025 106024
    108005 108070 108082 109053 119082 123074 126007 130026 134035 143090 145086 147091 148026
    148089 157055 159008 160068 163085 167062 167083 170057 175032 175043 182053 189080 196073
    197017 208001 210088 216081 219090 220075 223061 227092 229036 236037 241004 241048 253027
    253055 260058 271035 285079 291000 295087 296007 296059 299086 300091 302008 304034 304074
    306005 351093
    """
SIDD = 'https://abdokamel.github.io/sidd/'
HD = {'1280x720': _either(1280, 720)}

BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType(
    {
        'div2k_train': _div2k('train', 1, 800),
        'div2k_valid': _div2k('valid', 801, 900),
        'flickr2k': _numbered(
            'Flickr2K/HR', 2650, 6, 'https://github.com/limbee/NTIRE2017 (Flickr2K.tar)'
        ),
        'bsds400': Benchmark(
            folder='BSDS500/train_test',
            num_images=400,
            source='https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/'
            'resources.html (BSR_bsds500.tgz, its parts train and test)',
            editions={'481x321': _either(481, 321)},
            foreign=tuple(CBSD68.split()),
        ),
        'wed': _numbered('WED', 4744, 5, 'https://ece.uwaterloo.ca/~k29ma/exploration/'),
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
        'sidd_validation': _blocks('validation', f'{SIDD} (SIDD Validation Data, sRGB)'),
        'sidd_benchmark': _blocks('benchmark', f'{SIDD} (SIDD Benchmark Data, sRGB)'),
        'polyu': _real(
            'test/polyu',
            100,
            'https://github.com/csjunxu/PolyU-Real-World-Noisy-Images-Dataset (CroppedImages)',
        ),
        'cc': _real(
            'test/cc',
            15,
            'the code of MCWNNM, Xu et al., ICCV 2017 (Real_ccnoise_denoised_part); crops of '
            'http://snam.ml/research/ccnoise',
        ),
        'gopro_train': _blurred('GoPro/train', 2103, GOPRO, HD),
        'gopro_test': _blurred('GoPro/test', 1111, GOPRO, HD),
        'hide': _blurred('test/hide', 2025, 'https://github.com/joanshen0508/HA_deblur'),
        'realblur_r': _blurred('test/realblur_r', 980, REALBLUR),
        'realblur_j': _blurred('test/realblur_j', 980, REALBLUR),
    }
)
