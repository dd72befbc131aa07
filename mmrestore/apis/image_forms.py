"""Image forms of callers (paths, PIL, NumPy, tensors) to tensors (N, C, H, W) and back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

STRIP = 256  # rows that are looked at or converted at once
SLACK = 1e-3  # beyond [0, 1], for what other programs have rounded
DTYPES = ('uint8', 'uint16', 'float16', 'float32', 'float64')
EXPECTED = (
    'expected a path, the bytes of an image file, a PIL image, a NumPy array (H, W), (H, W, C) or '
    '(N, H, W, C), a tensor (C, H, W) or (N, C, H, W), or a list of these'
)
# Modes of PIL whose values are those of channels; all others have to be converted.
PIL_MODES = ('L', 'LA', 'RGB', 'RGBA', 'I;16', 'I;16L', 'I;16B', 'F')
CONVERSIONS = {  # by the kind of a NumPy dtype
    'i': ': image.astype(numpy.uint8), if its values are 0 to 255',
    'u': ': image.astype(numpy.uint8), if its values are 0 to 255',
    'b': ': image.astype(numpy.float32)',
}


class Form(NamedTuple):
    """Form of the caller's image, which the result is converted back to.

    - ``images``: (N, C, H, W), uint8, uint16 or floating point in [0, 1]; a view of the memory of
      the caller where that is possible;
    - ``result``: makes of restored images (N, C, sH, sW) what the caller gets.
    """

    images: Tensor
    result: Callable[[Tensor], Any]


def read_form(image: Any) -> Form:
    """Return the images that a caller gave as an array, a tensor or a PIL image.

    Raises:
        TypeError: it is none of these, or of a type of values that no image has.
        ValueError: it has another number of axes, no pixels, or values that are no numbers or
            beyond [0, 1].

    Examples:
        >>> form = read_form(np.zeros((4, 6, 3), np.uint8))
        >>> form.images.shape, form.result(form.images).shape
        (torch.Size([1, 3, 4, 6]), (4, 6, 3))
    """
    if isinstance(image, np.ndarray):
        form = _array_form(image)
    elif isinstance(image, Tensor):
        form = _tensor_form(image)
    elif _is_pil(image):
        form = _pil_form(image)
    else:
        raise TypeError(f'{EXPECTED}, got {_described(image)}')
    if not form.images.numel():
        raise ValueError(f'the image is empty: its shape is {tuple(image_shape(image))}')
    check_values(form.images)
    return form


def image_shape(image: Any) -> tuple[int, ...]:
    """Return the shape of an image in the order of its form."""
    # An array or tensor has a shape, an image of PIL has not.
    return tuple(image.shape) if hasattr(image, 'shape') else (image.height, image.width)


def check_values(images: Tensor) -> None:
    """Raise a ``ValueError`` if images (N, C, H, W) in floating point are not in [0, 1].

    Examples:
        >>> check_values(torch.full((1, 1, 2, 2), 255.0))
        Traceback (most recent call last):
        ValueError: floating-point values must be in [0, 1], got 255 to 255: divide them by 255
    """
    if not images.is_floating_point():
        return
    extremes = [torch.stack(strip.aminmax()).float().cpu() for strip in images.split(STRIP, dim=2)]
    low, high = torch.stack(extremes)[:, 0].min().item(), torch.stack(extremes)[:, 1].max().item()
    if low != low or high != high:
        raise ValueError('the image has values that are no numbers (NaN): replace them first')
    if low < -SLACK or high > 1 + SLACK:
        full = next((scale for scale in (255, 65535) if 2 < high <= scale), None)
        remedy = 'clip them' if full is None or low < 0 else f'divide them by {full}'
        raise ValueError(
            f'floating-point values must be in [0, 1], got {low:.4g} to {high:.4g}: {remedy}'
        )


def _array_form(array: np.ndarray) -> Form:
    native = array.dtype.newbyteorder('=')
    if native.name not in DTYPES:
        raise TypeError(
            f'expected an array of uint8, uint16, or floats in [0, 1], got {array.dtype}'
            + CONVERSIONS.get(native.kind, '')
        )
    if array.ndim not in (2, 3, 4):
        raise ValueError(
            f'expected an array (H, W), (H, W, C) or (N, H, W, C), got the shape {array.shape}'
        )
    shaped = array[None, ..., None] if array.ndim == 2 else array[(None,) * (4 - array.ndim)]
    # PyTorch takes neither reversed axes, nor another order of bytes, nor what must not be written.
    usable = min(shaped.strides, default=0) >= 0 and array.dtype.isnative and array.flags.writeable
    values = shaped if usable else np.array(shaped, native, order='C')

    def result(restored: Tensor) -> np.ndarray:
        images = restored.permute(0, 2, 3, 1).numpy()
        if array.ndim == 2 and images.shape[-1] == 1:
            images = images[..., 0]
        images = images if array.ndim == 4 else images[0]
        return images.astype(array.dtype, copy=False)

    return Form(torch.from_numpy(values).permute(0, 3, 1, 2), result)


def _tensor_form(tensor: Tensor) -> Form:
    name = str(tensor.dtype).removeprefix('torch.')
    if name not in (*DTYPES, 'bfloat16'):
        raise TypeError(
            f'expected a tensor of uint8, uint16, or floats in [0, 1], got {tensor.dtype}'
        )
    if tensor.is_meta:
        raise TypeError('expected a tensor with values, got one on the device meta, which has none')
    if tensor.layout is not torch.strided:
        raise TypeError(f'expected a dense tensor, got the layout {tensor.layout}: to_dense()')
    if tensor.ndim not in (3, 4):
        raise ValueError(
            f'expected a tensor (C, H, W) or (N, C, H, W), got the shape {tuple(tensor.shape)}'
        )
    single = tensor.ndim == 3

    def result(restored: Tensor) -> Tensor:
        images = restored.contiguous().to(tensor.device)
        return images[0] if single else images

    return Form(tensor.detach()[None] if single else tensor.detach(), result)


def _is_pil(image: Any) -> bool:
    module = sys.modules.get('PIL.Image')  # nothing is of it before it is imported
    return module is not None and isinstance(image, module.Image)


def _pil_form(image: Any) -> Form:
    from PIL import Image

    if image.mode not in PIL_MODES:
        raise TypeError(
            f'expected a PIL image of the mode {", ".join(PIL_MODES)}, got {image.mode}: convert '
            "it, as by image.convert('RGB')"
        )
    try:
        form = _array_form(np.array(image))
    except OSError as error:
        raise ValueError(f'the PIL image cannot be read: {error}') from error

    def result(restored: Tensor) -> Any:
        made = Image.fromarray(form.result(restored))
        made.info = dict(image.info)  # color profile, EXIF
        return made

    return Form(form.images, result)


def _described(image: Any) -> str:
    if isinstance(image, (int, float, bool, complex)) or image is None:
        return repr(image)
    # What a user gave by mistake may be of any type.
    if hasattr(image, 'read'):
        return f'{type(image).__name__}, an open file: give what its read() returns'
    # As above.
    if hasattr(image, '__next__'):
        return f'{type(image).__name__}, an iterator: give list(...) of it'
    return type(image).__name__
