"""JPEG compression."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from mmrestore.functional.noise_level import QUALITY
from mmrestore.functional.unit_range import to_8_bit, to_unit_range


def jpeg_compression(x: Tensor, quality: int | Tensor) -> Tensor:
    """Compress each image to JPEG and decompress it; the result has 8-bit values.

    Values are clamped to [0, 1], rounded to 8 bit, encoded by OpenCV (libjpeg; chroma is subsampled
    by 2) and decoded. This runs on the CPU: images on another device are copied to the CPU and
    back, which synchronizes the device. The function is deterministic.

    Args:
        x: floating-point images (N, C, H, W) in [0, 1], RGB or gray.
        quality: libjpeg quality, a whole number from 1 to 100, or (N,) one for each image.

    Raises:
        TypeError: ``x`` is not floating point.
        ValueError: the quality is outside the range or has another length than ``x``, or the images
            have neither one nor three channels.

    Examples:
        >>> ramp = torch.linspace(0, 1, 64).view(1, 1, 8, 8)
        >>> [round((jpeg_compression(ramp, q) - ramp).abs().max().item(), 2) for q in (5, 95)]
        [0.07, 0.01]
    """
    QUALITY.for_images(quality, x)
    if x.ndim != 4 or x.shape[1] not in (1, 3):
        raise ValueError(
            f'JPEG compression needs images (N, 3, H, W) or (N, 1, H, W), got {tuple(x.shape)}'
        )
    qualities = torch.as_tensor(quality).expand(len(x)).tolist()
    images = to_8_bit(x).permute(0, 2, 3, 1).cpu().numpy()
    decoded = [_compress(image, int(q)) for image, q in zip(images, qualities, strict=True)]
    batch = torch.stack([torch.from_numpy(image) for image in decoded])  # (N, H, W, C)
    return to_unit_range(batch.to(x.device), dtype=x.dtype).permute(0, 3, 1, 2).contiguous()


def _compress(image: np.ndarray, quality: int) -> np.ndarray:
    is_gray = image.shape[2] == 1
    pixels = image if is_gray else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode('.jpg', pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    return decoded[..., None] if is_gray else cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
