"""Save the pictures of a run in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from mmengine.visualization import LocalVisBackend as _LocalVisBackend
from mmengine.visualization.vis_backend import force_init_env

from mmrestore.datasets.image_writer import write_image
from mmrestore.files import shortened
from mmrestore.registry import VISBACKENDS


@VISBACKENDS.register_module()
class LocalVisBackend(_LocalVisBackend):
    """MMEngine's local back-end, which writes pictures under any name or says why it cannot.

    MMEngine writes them by ``cv2.imwrite``, which ends the process for a name that is not UTF-8 and
    says nothing where it fails.
    """

    @force_init_env
    def add_image(self, name: str, image: np.ndarray, step: int = 0, **options: Any) -> None:
        """Write a picture as ``NAME_STEP.png``; a name that is too long is shortened.

        Args:
            name: of the picture.
            image: (H, W, 3) uint8 RGB.
            step: number of the iteration.
            **options: of other back-ends.

        Raises:
            OSError: the file cannot be written.
        """
        write_image(Path(self._img_save_dir, shortened(name, f'_{step}.png')), image)
