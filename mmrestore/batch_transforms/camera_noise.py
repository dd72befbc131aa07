"""Camera noise: sensor noise after the image signal processing of a camera."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mmrestore.functional.camera_noise import (
    SHOT_NOISE,
    SHOT_NOISE_OF_CAMERAS,
    draw_sensor_noise_levels,
    sensor_noise,
)
from mmrestore.functional.camera_pipeline import (
    CameraMetadata,
    draw_camera_metadata,
    process_raw,
    unprocess,
)
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class CameraNoise(BatchTransform):
    """Add sensor noise in the raw domain of a random camera (the ISP noise of Brooks et al.).

    A camera and a noise level are drawn for each image. Inputs and targets are unprocessed to raw
    Bayer mosaics and processed again by the same camera. Shot and read noise is added to the raw
    inputs in between. Targets are processed too, because the pipeline reduces contrast and darkens
    highlights. If the targets are the inputs, the result is process(raw + noise) with the target
    process(raw).

    An odd height or width is padded by a mirrored row or column, which is cropped at the end.

    Source: Brooks et al., "Unprocessing images for learned raw denoising", CVPR 2019, section 3.

    Args:
        shot_noise: shot noise, or a pair (low, high) from which it is drawn log-uniformly for each
            image. The read noise depends on it.

    Raises:
        ValueError: ``shot_noise`` is below 1e-8 or above 1, or not one number or an ordered pair.

    Examples:
        >>> white = torch.ones(2, 3, 5, 7)
        >>> noisy, sample = CameraNoise(1e-4)(white, DataSample(gt_img=white))
        >>> round(sample.gt_img.mean().item(), 3), noisy.shape
        (1.0, torch.Size([2, 3, 5, 7]))
    """

    adds_noise = True
    degrades_inputs = True

    def __init__(self, shot_noise: float | tuple[float, float] = SHOT_NOISE_OF_CAMERAS) -> None:
        self.shot_noise = SHOT_NOISE.pair(shot_noise)

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Degrade RGB inputs (N, 3, H, W), floating point; targets (N, 3, ...) or (N, K, 3, ...).

        Raises:
            ValueError: the images do not have three channels.
        """
        num, device = len(inputs), inputs.device
        metadata = draw_camera_metadata(num, device=device)
        levels = draw_sensor_noise_levels(num, self.shot_noise, device=device)
        noisy = take_photograph(inputs, metadata, levels)
        samples = data_samples.new()
        target = data_samples.get('gt_img')
        if target is not None:
            several = target.unbind(1) if target.ndim == 5 else (target,)
            taken = [take_photograph(image, metadata) for image in several]
            samples.gt_img = torch.stack(taken, dim=1) if target.ndim == 5 else taken[0]
        return noisy, samples


def take_photograph(
    x: Tensor, metadata: CameraMetadata, levels: tuple[Tensor, Tensor] | None = None
) -> Tensor:
    """Unprocess images (N, 3, H, W) of any size and process them again, in [0, 1].

    Half-precision images are computed in float32, because half precision is too coarse for linear
    light.

    Args:
        x: floating-point RGB images in [0, 1].
        metadata: camera metadata of each image.
        levels: shot noise and read noise of each image, (N,) each; None adds no noise.

    Examples:
        >>> take_photograph(torch.ones(1, 3, 3, 5), draw_camera_metadata(1)).shape
        torch.Size([1, 3, 3, 5])
    """
    height, width = x.shape[-2:]
    images = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    raw = unprocess(F.pad(images, (0, width % 2, 0, height % 2), mode='reflect'), metadata)
    if levels is not None:
        raw = sensor_noise(raw, *levels)
    return process_raw(raw, metadata)[..., :height, :width].to(x.dtype)
