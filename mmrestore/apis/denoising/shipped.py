"""The denoiser that every folder starts from."""

from __future__ import annotations

from pathlib import Path

from mmengine.config import Config

from mmrestore.apis.recorded import recorded_network


def shipped_denoiser(checkpoint: Path | None) -> tuple[Config, str]:
    """Return config and file of the denoiser to start from.

    Args:
        checkpoint: one that holds its config; None for the shipped one.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds no config.
    """
    if checkpoint is None:
        raise FileNotFoundError('no shipped denoiser yet: give --checkpoint')
    return recorded_network(checkpoint), str(checkpoint)
