"""Moire: photographs of a screen that shows the targets."""

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
    """Show the targets on a screen and photograph it.

    The inputs become the photographs, the targets what they would be without the screen and the
    camera: the pictures in the same perspective, with the same distortion and of the same size.
    Each image draws a screen and a camera; a range is a pair (low, high), or one number. The
    magnification is above 1 by default, so that most of the screen that is seen is within the
    picture; beyond it the screen goes on mirrored.

    Source: Liu, Shu and Wu, "Deep Learning with Inaccurate Training Data for Image Restoration",
    2018, section 5.1, for the steps. It gives no numbers: all defaults are our choice.

    Args:
        size: height and width of the results in pixels, one number of a square; those of the
            targets if absent. Smaller ones see the middle of the targets.
        magnification: sensor pixels for each display pixel.
        tilt: yaw and pitch of the screen in degrees, drawn each.
        roll: rotation of the screen in degrees.
        distortion: the lens's radial distortion, pincushion below 0, barrel above.
        focal_length: of the camera in larger sides of the results; smaller is more perspective.
        stripe_width: width of a sub-pixel in thirds of a display pixel.
        stripe_height: height of a sub-pixel in display pixels.
        blur: standard deviation of the optical low pass in sensor pixels; less is more moire.
        exposure: brightness of the photograph in linear light.
        contrast: strength of the tone curve, from 0 to 1.
        shot_noise: of the sensor, drawn uniformly in its logarithm; read noise follows it.
        quality: of JPEG, whole numbers; None leaves it out, and with it the work of the CPU that a
            GPU waits for.

    Raises:
        ValueError: a size is not positive, or a range is not as ``check_ranges`` wants it; in a
            call, if the targets are not RGB images (N, 3, H, W), or a loss has a weight.

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
        """Photograph the targets (N, 3, H, W), floating point in [0, 1]; the inputs if none."""
        pictures = data_samples.get('gt_img', inputs)
        if pictures.ndim != 4 or 'weight' in data_samples:
            raise ValueError(
                'expected one target for each image, (N, 3, H, W), and no weight of the loss, got '
                f'{tuple(pictures.shape)}: put ScreenPhotograph before what makes them'
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
