"""The Monte Carlo renderings published by Firmino et al., from EXR files to pairs of 8 bit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from mmrestore.datasets.image_writer import write_image
from mmrestore.datasets.listing import problem_list
from mmrestore.datasets.prepare.folders import appearing
from mmrestore.datasets.prepare.monte_carlo.layout import (
    REFERENCE,
    TONE_MAPPING,
    check_pairs,
    folder_name,
    tone_map,
    write_manifest,
)

REFERENCE_SAMPLES = 32768
NAME = re.compile(r'(?P<scene>.+)_(?P<samples>\d{6})spp')


def read_exr(path: str | Path) -> np.ndarray:
    """Read the channels R, G and B of an OpenEXR file, linear light (H, W, 3), float32.

    Raises:
        ImportError: the package OpenEXR is not installed; the message says how to get it.
        ValueError: the file is missing, damaged or has no such channels.
    """
    try:
        import OpenEXR
    except ImportError as error:
        raise ImportError(
            f'EXR files are read with the package OpenEXR ({error}): pip install OpenEXR'
        ) from error
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            channels = {name: channel.pixels for name, channel in file.channels().items()}
    except (RuntimeError, ValueError) as error:
        raise ValueError(f'cannot read {path}: it is damaged or no EXR file ({error})') from error
    missing = [name for name in 'RGB' if channels.get(name) is None]
    if missing:
        raise ValueError(
            f'{path} lacks the channel {", ".join(missing)}: it has {", ".join(channels)}'
        )
    return np.stack([channels[name] for name in 'RGB'], axis=-1).astype(np.float32)


def find_renderings(
    source: str | Path,
    samples: Sequence[int],
    *,
    reference_samples: int = REFERENCE_SAMPLES,
    num_scenes: int | None = None,
) -> dict[str, dict[int, Path]]:
    """Return the files below a folder by scene and by samples per pixel, checked to be complete.

    Args:
        source: folder of the files ``SCENE_NNNNNNspp.exr``, in folders below it too.
        samples: samples per pixel of the noisy images; files with other numbers are left out.
        reference_samples: samples per pixel of the references.
        num_scenes: how many scenes there must be; any number if absent.

    Raises:
        ValueError: files are missing, or there twice; the message names them.
    """
    wanted = (*samples, reference_samples)
    scenes: dict[str, dict[int, Path]] = defaultdict(dict)
    problems = []
    for path in sorted(Path(source).rglob('*.exr')):
        match = NAME.fullmatch(path.stem)
        if match is None or int(match['samples']) not in wanted:
            continue
        known = scenes[match['scene']].setdefault(int(match['samples']), path)
        if known != path:
            problems.append(f'{known} and {path} have one name')
    if not scenes:
        raise ValueError(
            f'found no EXR file in or below {source} with a name such as '
            f'SCENE_{wanted[0]:06d}spp.exr and {", ".join(map(str, wanted))} samples per pixel'
        )
    problems += [
        f'{scene}_{number:06d}spp.exr is missing'
        for scene, files in scenes.items()
        for number in wanted
        if number not in files
    ]
    if num_scenes not in (None, len(scenes)):
        problems.append(f'expected {num_scenes} scenes, found {len(scenes)}: {", ".join(scenes)}')
    if problems:
        raise ValueError(problem_list(str(source), problems))
    return dict(scenes)


def convert_published(
    source: str | Path,
    target: str | Path,
    *,
    samples: Sequence[int] = (64, 128),
    reference_samples: int = REFERENCE_SAMPLES,
    num_scenes: int | None = None,
    read: Callable[[Path], np.ndarray] = read_exr,
    report: Callable[[str], None] = print,
) -> None:
    """Convert a folder of EXR files into a test set of pairs: ``64spp/SCENE.png`` and so on.

    The folders, also ``reference``, appear when all images are written. Values that are no numbers,
    which renderers leave where a path failed, become black and are reported.

    Args:
        source: folder of the files ``SCENE_NNNNNNspp.exr``, in folders below it too.
        target: folder of the set.
        samples: samples per pixel of the noisy images.
        reference_samples: samples per pixel of the references.
        num_scenes: how many scenes there must be; any number if absent.
        read: what reads a file, linear light (H, W, 3).
        report: called with a line of text.

    Raises:
        ImportError: there is no package that reads EXR files.
        ValueError: ``target`` exists, or files are missing, damaged or of different sizes.
    """
    target = Path(target)
    if target.exists():
        raise ValueError(f'{target} exists already: nothing is overwritten, move it away first')
    scenes = find_renderings(
        source, samples, reference_samples=reference_samples, num_scenes=num_scenes
    )
    with appearing(target) as folder:
        for scene, files in scenes.items():
            _convert(scene, files, folder, reference_samples, read, report)
        check_pairs(folder, samples, len(scenes))
        write_manifest(
            folder,
            {
                'name': 'Monte Carlo (Firmino et al.)',
                'tone_mapping': TONE_MAPPING,
                'num_scenes': len(scenes),
                'samples': list(samples),
                'reference_samples': reference_samples,
            },
        )
    report(f'{target}: written, {len(scenes)} scenes')


def _convert(
    scene: str,
    files: Mapping[int, Path],
    folder: Path,
    reference_samples: int,
    read: Callable[[Path], np.ndarray],
    report: Callable[[str], None],
) -> None:
    for samples, path in files.items():
        light = read(path)
        num_odd = np.isnan(light).sum()
        if num_odd:
            report(f'{path}: {num_odd} values are no numbers and became black')
            light = np.nan_to_num(light, nan=0.0, posinf=np.inf, neginf=-np.inf)
        place = REFERENCE if samples == reference_samples else folder_name(samples)
        write_image(folder / place / f'{scene}.png', tone_map(light))
