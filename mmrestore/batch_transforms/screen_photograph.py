"""Synthesis of screen photographs with moire from the targets."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from mmrestore.functional.screen_draws import ScreenRanges, check_ranges, draw_screens
from mmrestore.functional.screen_photograph import photograph_screen, view_picture
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample

DEFAULTS = ScreenRanges()
Range = float | tuple[float, float]


@BATCH_TRANSFORMS.register_module()
class ScreenPhotograph(BatchTransform):
    """Replace the inputs by photographs of a screen that shows the targets.

    The targets become the clean images of the photographs, with the same perspective, distortion
    and size. Screen and camera are drawn for each image; a range is a pair (low, high) or one
    number. The default magnification is above 1, so that the camera sees mostly the inside of the
    picture; beyond its border the picture is mirrored.

    Source: Liu, Shu and Wu, "Deep Learning with Inaccurate Training Data for Image Restoration",
    2018, section 5.1, for the steps. It states no parameter values: all defaults are our choice.

    Args:
        size: height and width of the results in pixels, or one number for a square; the target size
            if None. Smaller results show the center of the targets.
        magnification: sensor pixels per display pixel.
        tilt: yaw and pitch of the screen in degrees, drawn separately.
        roll: rotation of the screen in degrees.
        distortion: radial distortion of the lens; negative is pincushion, positive is barrel.
        focal_length: focal length in units of the longer side of the results; smaller values give
            stronger perspective.
        stripe_width: width of a sub-pixel in thirds of a display pixel.
        stripe_height: height of a sub-pixel in display pixels.
        blur: standard deviation of the optical low-pass in sensor pixels; smaller values give more
            moire.
        exposure: brightness of the photograph in linear light.
        contrast: strength of the tone curve, from 0 to 1.
        shot_noise: shot noise, drawn log-uniformly; the read noise depends on it.
        quality: JPEG quality, whole numbers. None skips the compression, which runs on the CPU and
            stalls a GPU.

    Raises:
        ValueError: a size is not positive, or a range is invalid, see ``check_ranges``; in a call,
            if the targets are not RGB images (N, 3, H, W), or the loss has a weight.

    Examples:
        >>> import torch
        >>> gray = torch.full((2, 3, 40, 50), 0.5)
        >>> photographs, sample = ScreenPhotograph(size=(32, 33))(gray, DataSample(gt_img=gray))
        >>> photographs.shape, sample.gt_img.shape
        (torch.Size([2, 3, 32, 33]), torch.Size([2, 3, 32, 33]))
        >>> round(sample.gt_img.mean().item(), 3), round(photographs.mean().item(), 1)
        (0.5, 0.5)
    """

    degrades_inputs = True
    remakes_inputs = True
    target_scale = 1

    def __init__(
        self,
        size: int | tuple[int, int] | None = None,
        *,
        magnification: Range = DEFAULTS.magnification,
        tilt: Range = DEFAULTS.tilt,
        roll: Range = DEFAULTS.roll,
        distortion: Range = DEFAULTS.distortion,
        focal_length: Range = DEFAULTS.focal_length,
        stripe_width: Range = DEFAULTS.stripe_width,
        stripe_height: Range = DEFAULTS.stripe_height,
        blur: Range = DEFAULTS.blur,
        exposure: Range = DEFAULTS.exposure,
        contrast: Range = DEFAULTS.contrast,
        shot_noise: Range = DEFAULTS.shot_noise,
        quality: int | tuple[int, int] | None = DEFAULTS.quality,
    ) -> None:
        self.size = (size, size) if isinstance(size, int) else size and (size[0], size[1])
        if self.size is not None and min(self.size) < 1:
            raise ValueError(f'expected a size of at least 1 pixel, got {size}')
        given: tuple[Any, ...] = (
            *(magnification, tilt, roll, distortion, focal_length, stripe_width, stripe_height),
            *(blur, exposure, contrast, shot_noise),
            DEFAULTS.quality if quality is None else quality,
        )
        self.ranges = check_ranges(ScreenRanges(*given))
        self.compressed = quality is not None

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Photograph the targets (N, 3, H, W), or else the inputs; floating point in [0, 1]."""
        pictures = data_samples.get('gt_img', inputs)
        if pictures.ndim != 4 or 'weight' in data_samples:
            raise ValueError(
                'ScreenPhotograph needs one target per image, (N, 3, H, W), and no loss weight, '
                f'got {tuple(pictures.shape)}: put it before the transform that makes several '
                'targets or weights'
            )
        screens = draw_screens(len(pictures), self.ranges, device=pictures.device)
        if not self.compressed:
            screens = screens._replace(quality=None)
        images = pictures.float()  # half precision is too coarse for linear light
        stages = photograph_screen(images, screens, size=self.size)
        samples = data_samples.new()
        antialias = self.ranges.magnification[0] < 1
        target = view_picture(images, screens.view, size=self.size, antialias=antialias)
        samples.gt_img = target.to(pictures.dtype)
        return stages.photograph.to(pictures.dtype), samples
