"""Alignment of restored photographs with targets from a second camera."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from mmengine.logging import print_log
from torch import Tensor

ITERATIONS = 100
SMOOTHING = 5  # side of the Gaussian filter before the comparison


def align(pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Align a prediction with its target in brightness and position.

    The prediction is multiplied by <pred, target> / <pred, pred> and warped with bicubic
    interpolation. The homography maximizes the enhanced correlation coefficient (ECC) of the gray
    images (Evangelidis and Psarakis, IEEE TPAMI 2008) in 100 iterations from the identity. These
    are the steps of the RealBlur benchmark (Rim et al., ECCV 2020), whose targets are slightly
    misaligned. OpenCV computes them on the CPU in float32.

    If the iterations do not converge, a warning is logged and the image is not warped.

    Args:
        pred: image (C, H, W) in [0, 1] with one or three channels.
        target: image of the same shape.

    Returns:
        The aligned prediction (C, H, W), and a mask (1, H, W) that is 1 at pixels covered by the
        warped prediction. Other pixels hold mirrored values and must not be compared.

    Examples:
        >>> rows = torch.linspace(0, 3, 40).sin()[:, None]
        >>> target = (rows * torch.linspace(0, 2, 50).cos().abs())[None]
        >>> result, mask = align(0.5 * target, target)  # too dark, but aligned
        >>> round((result - target).abs().max().item(), 3), mask.mean().item()
        (0.0, 1.0)
    """
    moving, fixed = (x.permute(1, 2, 0).float().cpu().numpy() for x in (pred, target))  # (H, W, C)
    brightness = np.sum(moving * fixed) / max(np.sum(moving * moving), np.finfo(np.float32).tiny)
    moving = brightness * moving
    height, width = moving.shape[:2]
    try:
        homography = _find_homography(moving, fixed)
    except cv2.error as error:
        print_log(
            f'an image of {height} x {width} pixels could not be aligned with its target and is '
            f'compared without alignment ({str(error).strip().splitlines()[-1]})',
            logger='current',
            level=30,
        )
        homography = np.eye(3, dtype=np.float32)
    warped = cv2.warpPerspective(
        moving,
        homography,
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )
    mask = cv2.warpPerspective(
        np.ones((height, width), np.float32),
        homography,
        (width, height),
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    warped = warped.reshape(height, width, -1)  # OpenCV drops the axis of a single channel
    return torch.from_numpy(warped).permute(2, 0, 1).to(pred), torch.from_numpy(mask)[None].to(pred)


def _find_homography(moving: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """Return the homography from pixels of ``fixed`` to pixels of ``moving``, (3, 3) float32."""
    template, image = (
        cv2.cvtColor(x, cv2.COLOR_RGB2GRAY) if x.shape[2] == 3 else np.ascontiguousarray(x[..., 0])
        for x in (fixed, moving)
    )
    start, everywhere = np.eye(3, dtype=np.float32), np.ones(template.shape, np.uint8)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, ITERATIONS, 0)
    _, homography = cv2.findTransformECC(
        template, image, start, cv2.MOTION_HOMOGRAPHY, criteria, everywhere, SMOOTHING
    )
    return np.asarray(homography)
