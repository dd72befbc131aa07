"""A trained network as a function from images to images."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from mmrestore.apis.image_channels import assign_channels
from mmrestore.apis.image_forms import STRIP, read_form
from mmrestore.datasets.image_file import decode_pictures, read_headers, read_pictures
from mmrestore.datasets.image_writer import encode_pictures
from mmrestore.datasets.picture import Picture
from mmrestore.datasets.upright import upright
from mmrestore.files import expand
from mmrestore.functional.precision import choose_dtype, computing_in
from mmrestore.functional.resize import resize
from mmrestore.functional.unit_range import from_unit_range, to_unit_range
from mmrestore.models.backbones.base import facts
from mmrestore.models.inference.auto_tile import AutoTile
from mmrestore.models.restorers.restorer import Restorer

ENDINGS = {'JPEG': '.jpg', 'TIFF': '.tif', 'WEBP': '.webp', 'BMP': '.bmp', 'PNM': '.ppm'}


class ImageRestorer:
    """A function that restores images, and returns them in the form in which they were given.

    An image is a path, the bytes of an image file, a PIL image, a NumPy array (H, W), (H, W, C) or
    (N, H, W, C), a tensor (C, H, W) or (N, C, H, W), or a list of these. Arrays and tensors are
    uint8, uint16 or floating point in [0, 1], gray or RGB, with transparency as the last channel or
    without. What comes back has the same form, type and size, times the scale of the network; for a
    path it is an array (H, W, C), for bytes a file of the same format. Transparency is kept, a gray
    image stays gray. Pictures in files are turned upright; an array or a PIL image is taken as it
    is.

    Several threads may call it at once. Nothing random is drawn from global generators, and the
    same image gives the same result.

    Attributes:
        model: the restorer, a module.
        device: where it runs.
        dtype: of the computation; under another than float32, PyTorch's autocast chooses it for
            each operation.
        scale: height and width of a result divided by those of the image.
        in_channels: channels that the network takes, None if it does not say.

    Args:
        model: a restorer, made by ``init_restorer``.
        dtype: ``'float32'``, ``'bfloat16'`` or ``'float16'``, or PyTorch's.

    Raises:
        ValueError: the device does not compute in this type.
    """

    def __init__(self, model: nn.Module, *, dtype: str | torch.dtype = 'float32') -> None:
        self.model: Any = model
        weight = next(model.parameters(), None)  # a network without weights runs on the CPU
        self.device = torch.device('cpu') if weight is None else weight.device
        self.dtype = choose_dtype(dtype, self.device)
        backbone = model.get_submodule('backbone')
        self.scale = facts(backbone).scale
        self.in_channels: int | None = facts(backbone).in_channels

    def __repr__(self) -> str:
        """Return the network, what it takes and where it runs, in one line."""
        network = type(self.model.get_submodule('backbone')).__name__
        dtype = str(self.dtype).removeprefix('torch.')
        return (
            f'ImageRestorer({network}, in_channels={self.in_channels}, scale={self.scale}, '
            f'device={self.device}, dtype={dtype})'
        )

    def __call__(self, image: Any) -> Any:
        """Restore an image, or each of a list.

        Raises:
            FileNotFoundError: there is no such file.
            TypeError: it is no image, or its values are of a type that no image has.
            ValueError: a file cannot be read; the image is empty, has channels that the network
                does not take, or values that are no numbers or beyond [0, 1].
        """
        if isinstance(image, (list, tuple)):
            return self._restore_list(image)
        if isinstance(image, (str, Path)):
            return self._restore_file(expand(image))
        if isinstance(image, (bytes, bytearray, memoryview)):
            return self._restore_bytes(bytes(image))
        if isinstance(image, Picture):
            return self.restore_picture(image)
        form = read_form(image)
        return form.result(self._restore_images(form.images))

    def restore_picture(self, picture: Picture) -> Picture:
        """Restore the colors of a picture, and keep the rest.

        The picture is turned upright. A gray one is given to a network of three channels as three
        equal ones, whose restored values are averaged; one in color becomes gray for a network of
        one channel. Transparency is kept, resized (bicubic) with the picture by a network that
        upscales.

        Returns:
            The restored picture: pixels of the type of the given ones, ``orientation`` 1, color
            profile (none where its colors are not those of the pixels), EXIF, XMP and resolution as
            given.
        """
        picture = upright(picture)
        pixels, profile, alpha = picture.pixels, kept_profile(picture), picture.alpha
        if self.in_channels == 1 and pixels.shape[-1] == 3:
            pixels = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)[..., None]
            profile = None
        form = read_form(np.ascontiguousarray(pixels))
        restored = form.result(self._restore_images(form.images))
        if alpha is not None:
            alpha = _resized(torch.from_numpy(alpha.copy()), restored.shape[:2]).numpy()
        return replace(picture, pixels=restored, alpha=alpha, icc_profile=profile)

    def _restore_list(self, images: list | tuple) -> Any:
        if not images:
            raise ValueError('the list of images is empty')
        if isinstance(images[0], (int, float)):
            raise TypeError('a list of numbers is no image: give numpy.array(image, numpy.uint8)')
        restored = []
        for number, image in enumerate(images, 1):
            try:
                restored.append(self(image))
            except (FileNotFoundError, TypeError, ValueError) as error:
                where = f'image {number} of {len(images)}'
                raise type(error)(f'{where}: {error}') from error
        return type(images)(restored) if type(images) in (list, tuple) else restored

    def _restore_file(self, path: Path) -> np.ndarray:
        if not path.is_file():
            raise _no_file(path)
        pages = len(read_headers(path, decode=True))  # finds damage within a JPEG
        if pages != 1:
            raise ValueError(
                f'{path} holds {pages} pages, expected one: restore it by restore_files, or save '
                'them as single files'
            )
        (picture,) = read_pictures(path)
        restored = self.restore_picture(picture)
        if restored.alpha is None:
            return restored.pixels
        return np.dstack([restored.pixels, restored.alpha])

    def _restore_bytes(self, data: bytes) -> bytes:
        pages = [
            self.restore_picture(page) for page in decode_pictures(data, 'the bytes', verify=True)
        ]
        ending = ENDINGS.get(pages[0].format, '.png')
        return encode_pictures(f'the restored image{ending}', pages)

    def _restore_images(self, images: Tensor) -> Tensor:
        """Restore images (N, C, H, W) of any type; the result has the memory of (N, H, W, C)."""
        num, given, *size = images.shape
        channels = assign_channels(given, self.in_channels)
        colors = images[:, : channels.restored]
        made: list[Tensor] = []  # known when the first rows are

        def write(top: int, rows: Tensor) -> None:
            if channels.copies > 1:
                rows = rows.mean(dim=1, keepdim=True, dtype=torch.float64)
            if not made:
                scale = rows.shape[3] // size[1]
                shape = (num, size[0] * scale, size[1] * scale, rows.shape[1] + channels.alpha)
                with torch.inference_mode(False):  # a caller may want gradients of what follows
                    made.append(torch.empty(shape, dtype=images.dtype).permute(0, 3, 1, 2))
            for first in range(0, rows.shape[2], STRIP):
                strip = from_unit_range(rows[:, :, first : first + STRIP], images.dtype)
                place = slice(top + first, top + first + strip.shape[2])
                made[0][:, : strip.shape[1], place] = strip.cpu()

        self._predict(colors, channels.copies, write)
        if channels.alpha:
            made[0][:, -1] = _resized(images[:, -1], made[0].shape[2:])
        return made[0]

    @torch.inference_mode()
    def _predict(self, colors: Tensor, copies: int, write: Callable[[int, Tensor], None]) -> None:
        """Restore images (N, C, H, W) and write the resulting rows (N, C', h, sW)."""

        def read(rows: slice, columns: slice) -> Tensor:
            part = to_unit_range(colors[..., rows, columns].to(self.device))
            return part if copies == 1 else part.expand(-1, copies, -1, -1)

        with computing_in(self.dtype, self.device):
            if (tiles := self._outer_tiles()) is not None:
                with self.model.predicting(self.device):
                    length = (colors.shape[2], colors.shape[3])
                    tiles.restore(read, length, write, device=torch.device('cpu'))
                return
            samples: Iterable[Any] = self.model(read(slice(None), slice(None)), mode='predict')
        write(0, torch.stack([sample.pred_img for sample in samples]))

    def _outer_tiles(self) -> AutoTile | None:
        """Return what restores images in parts that need not be held as floats; None if nothing."""
        own = isinstance(self.model, Restorer) and type(self.model).predict is Restorer.predict
        predictor = self.model.predictor if own else None
        return predictor if isinstance(predictor, AutoTile) else None


def _no_file(path: Path) -> Exception:
    if re.match('[a-z]+:/', str(path)):  # a path joins the two slashes of a URL
        return ValueError(f'{path} is a URL: download it, and give the path or the bytes')
    if path.is_dir():
        return ValueError(f'{path} is a folder: restore folders by mmrestore.apis.restore_files')
    return FileNotFoundError(f'there is no image file {path}')


def kept_profile(picture: Picture) -> bytes | None:
    """Return the color profile of a picture, None where its colors are not those of the pixels."""
    profile = picture.icc_profile
    if profile is not None and profile[16:20] not in (b'RGB ', b'GRAY'):
        return None  # of CMYK, from which the pixels were converted
    return profile


def _resized(alpha: Tensor, size: Any) -> Tensor:
    """Return transparency (..., H, W) in another size."""
    if tuple(alpha.shape[-2:]) == tuple(size):
        return alpha
    larger = resize(alpha, size=tuple(size))
    return larger.clamp(0, 1) if larger.is_floating_point() else larger
