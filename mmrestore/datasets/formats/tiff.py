"""TIFF files with all pages."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import tifffile

from mmrestore.datasets.formats.base import ImageFormat, Metadata
from mmrestore.datasets.formats.cmyk import cmyk_to_rgb
from mmrestore.datasets.formats.full_scale import to_full_scale
from mmrestore.datasets.formats.tiff_exif import exif_of_page
from mmrestore.datasets.formats.tiff_pages import find_pages
from mmrestore.datasets.formats.tiff_samples import read_samples
from mmrestore.datasets.formats.tiff_segments import JPEG, check_segments
from mmrestore.datasets.formats.unread import CANON
from mmrestore.datasets.picture import Header

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, INKS, YCBCR = 0, 1, 2, 3, 5, 6
COLORS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, INKS: 4, YCBCR: 3}  # samples
RAW = (32803, 34892)  # color filter array, linear raw
UNSIGNED, SIGNED, FLOAT, UNDEFINED = 1, 2, 3, 4
KINDS = {
    UNSIGNED: 'uint',
    SIGNED: 'int',
    FLOAT: 'float',
    UNDEFINED: 'uint',
    5: 'complex int',
    6: 'complex',
}
PREMULTIPLIED, STRAIGHT = 1, 2  # alpha
ORIENTATION, RESOLUTION, UNIT, XMP, ICC, INK_SET = 274, (282, 283), 296, 700, 34675, 332
UNITS = {1: 'none', 2: 'inch', 3: 'cm'}


class TiffFile(ImageFormat):
    """TIFF or BigTIFF file with its pictures; pages with thumbnails and masks are ignored."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pages = find_pages(data)
        self.headers = [_header(page, data) for page in self.pages]

    @staticmethod
    def matches(data: bytes) -> bool:
        """Return True if the file begins with the signature of TIFF or BigTIFF."""
        return data[:4] in (b'II*\0', b'MM\0*', b'II+\0', b'MM\0+') and not data.startswith(CANON)

    def verify(self) -> None:
        """Decode compressed, signed and floating-point pages."""
        for index, page in enumerate(self.pages):
            if page.compression != 1 or _layout(page).kind != 'uint':
                self.decode(index)

    def decode(self, page: int = 0, *, alpha: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Decode pixels and alpha of a page."""
        return _decode(self.pages[page], self.data, self.headers[page])

    def metadata(self, page: int = 0) -> Metadata:
        """Return ICC profile, EXIF, XMP and resolution of a page."""
        tags = self.pages[page].tags
        found: Metadata = {}
        profile, xmp = (tags.valueof(code) for code in (ICC, XMP))
        if isinstance(profile, bytes):
            found['icc_profile'] = profile
        if isinstance(xmp, bytes):
            found['xmp'] = xmp
        if exif := exif_of_page(self.data, self.pages[page].offset):
            found['exif'] = exif
        ratios = [tags.valueof(code) for code in RESOLUTION]
        if all(isinstance(ratio, tuple) and len(ratio) == 2 and all(ratio) for ratio in ratios):
            across, down = (ratio[0] / ratio[1] for ratio in ratios)
            found['resolution'] = (across, down, UNITS.get(tags.valueof(UNIT, 2), 'none'))
        return found


class _Layout(NamedTuple):
    """Layout of the samples of a pixel."""

    kind: str  # uint, int or float
    colors: int  # number of color samples
    alpha: int | None  # index of the alpha sample
    premultiplied: bool


def _layout(page: tifffile.TiffPage) -> _Layout:
    """Return the sample layout of a page; refuse unsupported layouts."""
    color, bits = int(page.photometric), page.bitspersample
    if color in RAW:
        raise ValueError(
            'it is a RAW photograph, which is not supported: export it as 16-bit TIFF or PNG'
        )
    if color not in COLORS or (color == YCBCR and page.compression != JPEG):
        # tifffile returns unknown values as plain numbers.
        name = getattr(page.photometric, 'name', color)
        raise ValueError(f'its color mode {name} is not supported: save it as RGB')
    if color == INKS and page.tags.valueof(INK_SET, 1) != 1:
        raise ValueError('its inks are not CMYK: save it as RGB')
    if page.imagedepth != 1:
        raise ValueError(f'it is a volume of {page.imagedepth} slices: save them as single files')
    kind = KINDS.get(int(page.sampleformat), 'unknown')
    depths = {'uint': (*range(1, 17), 32), 'int': (8, 16, 32), 'float': (16, 32, 64)}.get(kind, ())
    if bits not in depths or (color in (PALETTE, INKS) and (kind != 'uint' or bits > 16)):
        raise ValueError(
            f'its values are of type {kind}{bits}: expected integers of at most 16 bit or of 32 '
            'bit, or floating point in [0, 1]; convert it'
        )
    colors = COLORS[color]
    kinds = [int(extra) for extra in page.extrasamples]
    further = page.samplesperpixel - colors
    alphas = [index for index, extra in enumerate(kinds) if extra in (PREMULTIPLIED, STRAIGHT)]
    padded = color == RGB and further == 1  # RGBX
    if further < 0 or (further > len(alphas[:1]) and not padded):
        raise ValueError(
            f'it has {page.samplesperpixel} channels, expected {colors} and optionally alpha: save '
            'it as RGB or gray'
        )
    alpha = colors + alphas[0] if alphas and further else None
    return _Layout(kind, colors, alpha, bool(alphas) and kinds[alphas[0]] == PREMULTIPLIED)


def _header(page: tifffile.TiffPage, data: bytes) -> Header:
    layout, bits = _layout(page), page.bitspersample
    is_gray = page.photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO)
    is_byte = bits <= 8 or page.photometric == PALETTE
    orientation = page.tags.valueof(ORIENTATION, 1)
    header = Header(
        'TIFF',
        page.imagelength,
        page.imagewidth,
        channels=1 if is_gray else 3,
        dtype='float32' if layout.kind == 'float' else 'uint8' if is_byte else 'uint16',
        bit_depth=bits if layout.kind == 'float' else min(bits, 16),
        orientation=orientation if orientation in range(1, 9) else 1,
    )
    check_segments(page, data)
    return header


def _decode(
    page: tifffile.TiffPage, data: bytes, header: Header
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return pixels and alpha of a page."""
    layout = _layout(page)
    samples = read_samples(page, data)
    if layout.kind == 'float':
        samples = _in_unit_range(samples)
    elif page.photometric != PALETTE:
        samples = to_full_scale(samples, _white(samples, page, layout.kind))
    full = 1 if layout.kind == 'float' else np.iinfo(samples.dtype).max
    pixels = samples[..., : layout.colors]
    alpha = None if layout.alpha is None else samples[..., layout.alpha]
    if page.photometric == PALETTE:
        pixels = _look_up(page, pixels[..., 0])
        if alpha is not None:
            alpha = to_full_scale(alpha, (1 << page.bitspersample) - 1)
    elif page.photometric == INKS:
        pixels = cmyk_to_rgb(pixels)
    elif page.photometric == WHITE_IS_ZERO:
        pixels = full - pixels
    if alpha is not None and layout.premultiplied:
        opaque = np.where(alpha == 0, full, alpha)[..., None]
        scaled = np.minimum(pixels * np.float64(full) / opaque, full)
        pixels = scaled if layout.kind == 'float' else np.rint(scaled)
    pixels = np.ascontiguousarray(pixels, header.dtype)
    return pixels, None if alpha is None else np.ascontiguousarray(alpha)


def _white(samples: np.ndarray, page: tifffile.TiffPage, kind: str) -> int:
    """Return the largest value of the sample type; refuse negative samples."""
    if kind == 'uint':
        return (1 << page.bitspersample) - 1
    white = (1 << (page.bitspersample - 1)) - 1
    if samples.max() > white:  # signed samples are read as unsigned
        raise ValueError(
            f'it has negative values of type {kind}{page.bitspersample}: expected 0 for black and '
            f'{white} for white; convert it'
        )
    return white


def _in_unit_range(samples: np.ndarray) -> np.ndarray:
    """Return float32 in [0, 1]; refuse other values."""
    low, high = float(samples.min()), float(samples.max())
    if not (low >= 0 and high <= 1):  # also for NaN
        raise ValueError(
            f'its floating-point values are from {low:g} to {high:g}: expected [0, 1]; scale them'
        )
    return samples.astype(np.float32)


def _look_up(page: tifffile.TiffPage, indices: np.ndarray) -> np.ndarray:
    """Return the palette colors of indices, (H, W, 3) uint8."""
    palette = np.asarray(page.colormap)
    if palette.shape != (3, 1 << page.bitspersample):
        raise ValueError(f'it is damaged: its palette has {palette.size} values')
    if palette.max() > 255:  # some programs write bytes
        palette = palette >> 8
    return palette.T.astype(np.uint8)[indices]
