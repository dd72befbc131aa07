"""Measure `mmrestore denoise` on pictures whose clean versions are known (docs/own_photographs.md).

python experiments/photographs/figures.py data/test/polyu data/test/kodak24 work_dirs/photographs

PolyU is a folder of NAME_real.JPG and NAME_mean.JPG. Pictures of Kodak24 get the camera noise of
this package, one draw for each picture and level. Every result is compared with the clean picture:
PSNR and SSIM of RGB, rounded to 8 bit. The best strength is the best of 21 from 0 to 1.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mmrestore.apis import denoise
from mmrestore.batch_transforms import CameraNoise
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.image_writer import write_image
from mmrestore.functional.image_quality import psnr, ssim
from mmrestore.functional.jpeg import jpeg_compression
from mmrestore.functional.unit_range import from_unit_range, to_unit_range
from mmrestore.models import BM3D, BilateralFilter
from mmrestore.structures import DataSample

CAMERA = {
    'camera 3e-4': 3e-4,
    'camera 1e-3': 1e-3,
    'camera 4e-3': 4e-3,
    'camera 1e-3, JPEG 90': 1e-3,
}
FILTERS = {'bilateral': BilateralFilter, 'bm3d': BM3D}
Pairs = Iterator[tuple[str, Tensor, Tensor]]  # name, noisy and clean picture, uint8 (1, C, H, W)


def as_tensor(path: Path) -> Tensor:
    """Return a picture, uint8 (1, C, H, W)."""
    return torch.from_numpy(read_image(path)).permute(2, 0, 1)[None]


def polyu(folder: Path) -> Pairs:
    """Yield the pairs of PolyU."""
    for clean in sorted(folder.rglob('*_mean.JPG')):
        noisy = clean.with_name(clean.name.replace('_mean', '_real'))
        yield clean.stem.removesuffix('_mean'), as_tensor(noisy), as_tensor(clean)


def kodak(folder: Path, name: str) -> Pairs:
    """Yield pictures with camera noise, or as they are, with their clean forms."""
    for index, path in enumerate(sorted(folder.glob('*.png'))):
        clean = as_tensor(path)
        if name == 'unchanged':
            yield path.stem, clean, clean
            continue
        torch.manual_seed(1000 + index)
        images = to_unit_range(clean)
        noisy, samples = CameraNoise(CAMERA[name])(images, DataSample(gt_img=images))
        if 'JPEG' in name:
            noisy = jpeg_compression(noisy, 90)
        yield path.stem, *(from_unit_range(x, torch.uint8) for x in (noisy, samples.gt_img))


def scores(image: Tensor, clean: Tensor) -> tuple[float, float]:
    """Return PSNR, 100 dB of equal pictures, and SSIM."""
    x, y = image.float() / 255, clean.float() / 255
    return min(psnr(x, y).item(), 100.0), ssim(x, y).item()


def restored_by(
    folder: Path, pairs: list[tuple[str, Tensor, Tensor]], **options: object
) -> list[Tensor]:
    """Denoise pictures as one folder, and return the results in their order."""
    noisy, output = folder / 'noisy', folder / 'denoised'
    for path in (noisy, output):
        shutil.rmtree(path, ignore_errors=True)
    noisy.mkdir(parents=True)
    for name, image, _ in pairs:
        write_image(noisy / f'{name}.png', image[0].permute(1, 2, 0).numpy())
    denoise(noisy, output=output, **options)
    return [as_tensor(output / f'{name}.png') for name, _, _ in pairs]


def filtered_by(filter: Callable[[Tensor], Tensor], image: Tensor) -> Tensor:
    """Return a picture restored by a filter."""
    return from_unit_range(filter(to_unit_range(image)).clamp(0, 1), torch.uint8)


def best_blend(noisy: Tensor, whole: Tensor, clean: Tensor) -> Tensor:
    """Return the blend of a picture and its whole change that is nearest to the clean one."""
    blends = [noisy.float().lerp(whole.float(), w) for w in np.linspace(0, 1, 21)]
    best = min(blends, key=lambda x: (x - clean.float()).square().mean().item())
    return best.round().clamp(0, 255).byte()


def main() -> None:
    """Measure the sets that are named, and write a row for each picture and method."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument('polyu', type=Path)
    parser.add_argument('kodak24', type=Path)
    parser.add_argument('output', type=Path)
    parser.add_argument('--minutes', type=float, default=0)
    parser.add_argument('--sets', nargs='+', default=['polyu', *CAMERA, 'unchanged'])
    parser.add_argument('--filters', nargs='*', choices=FILTERS, default=[])
    options = parser.parse_args()
    for name in options.sets:
        found = polyu(options.polyu) if name == 'polyu' else kodak(options.kodak24, name)
        pairs = list(found)
        folder = options.output / name.replace(' ', '_').replace(',', '')
        results = {'noisy': [noisy for _, noisy, _ in pairs]}
        key = f'denoise, {options.minutes:g} minutes'
        results[key] = restored_by(folder, pairs, minutes=options.minutes)
        if options.minutes == 0:
            results['careful'] = restored_by(folder, pairs, minutes=0, careful=True)
            whole = restored_by(folder, pairs, minutes=0, strength=1.0)
            results['w = 1'] = whole
            blends = zip(pairs, whole, strict=True)
            results['best w'] = [best_blend(y, f, clean) for (_, y, clean), f in blends]
        for each in options.filters:
            results[each] = [filtered_by(FILTERS[each](), noisy) for _, noisy, _ in pairs]
        with open(folder / f'{options.minutes:g}.csv', 'w', newline='') as file:
            rows = csv.writer(file)
            rows.writerow(['set', 'method', 'picture', 'psnr', 'ssim'])
            for method, images in results.items():
                measured = [scores(x, c) for x, (_, _, c) in zip(images, pairs, strict=True)]
                for (stem, _, _), values in zip(pairs, measured, strict=True):
                    rows.writerow([name, method, stem, *(f'{v:.4f}' for v in values)])
                values = np.array(measured)
                if method == 'noisy':
                    base = values[:, 0]
                gains = values[:, 0] - base
                worse = f'{(gains < -0.1).sum()} worse by 0.1, {(gains < -0.2).sum()} by 0.2'
                print(
                    f'{name:22} {method:20} {values[:, 0].mean():6.2f} {values[:, 1].mean():.4f} '
                    f'{gains.mean():+6.2f}, {worse}, least {gains.min():+.2f}, lowest '
                    f'{values[:, 0].min():.1f}',
                    flush=True,
                )


if __name__ == '__main__':
    main()
