"""Rendering with Mitsuba 3, which is an optional dependency."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mmrestore.datasets.prepare.monte_carlo.scenes import draw_camera, draw_scene
from mmrestore.registry import suggest

Render = Callable[[int, int], np.ndarray]
MEDIAN_BRIGHTNESS = 0.18  # of linear light: middle gray


class MitsubaRenderer:
    """Render the scenes of :func:`draw_scene` by path tracing, up to eight vertices a path.

    Args:
        variant: how Mitsuba computes: ``'scalar_rgb'`` runs everywhere, ``'llvm_ad_rgb'`` takes
            half the time but needs a library LLVM that fits Mitsuba, ``'cuda_ad_rgb'`` a GPU.
        threads: how many threads; all cores if absent.

    Raises:
        ImportError: Mitsuba is not installed; the message says how to get it.
        ValueError: this Mitsuba has no such variant, or there is less than one thread.
    """

    def __init__(self, variant: str = 'scalar_rgb', *, threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f'expected at least one thread, got {threads}')
        try:
            import drjit
            import mitsuba
        except ImportError as error:
            raise ImportError(
                f'Monte Carlo images are rendered with Mitsuba 3 ({error}): pip install mitsuba'
            ) from error
        known = mitsuba.variants()
        if variant not in known:
            raise ValueError(f'Mitsuba has no variant {variant!r}.{suggest(variant, known)}')
        mitsuba.set_variant(variant)
        if threads is not None:
            drjit.set_thread_count(threads)
        self.mitsuba = mitsuba
        self.version = f'mitsuba {mitsuba.__version__}, {variant}'

    def load(self, seed: int, size: int) -> Render:
        """Return the function that renders a scene, ``linear = render(samples, seed)``.

        Args:
            seed: of the scene.
            size: height and width of the images.

        Returns:
            A function of the number of samples per pixel and of their seed that returns linear sRGB
            (H, W, 3), float32. The light is scaled by what a small image says so that its median is
            0.18. Different seeds below 2**32 / size**2 give independent samples.
        """
        small = self._load(seed, 32)(256, 0)
        exposure = MEDIAN_BRIGHTNESS / np.median(small.mean(axis=-1))
        render = self._load(seed, size)
        return lambda samples, sample_seed: render(samples, sample_seed) * np.float32(exposure)

    def _load(self, seed: int, size: int) -> Render:
        film = {
            'type': 'hdrfilm',
            'width': size,
            'height': size,
            'rfilter': {'type': 'box'},  # noise of neighboring pixels stays independent
            'pixel_format': 'rgb',
        }
        sensor = draw_camera(seed) | {'film': film, 'sampler': {'type': 'independent'}}
        integrator = {'type': 'path', 'max_depth': 8}
        description = draw_scene(seed) | {'sensor': sensor, 'integrator': integrator}
        scene = self.mitsuba.load_dict(self._with_transforms(description))
        return lambda samples, sample_seed: np.array(
            self.mitsuba.render(scene, spp=samples, seed=sample_seed)
        )

    def _with_transforms(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._with_transforms(part) for key, part in value.items()}
        if isinstance(value, np.ndarray):
            return self.mitsuba.ScalarTransform4f(value)
        return value
