"""Input and result of an export."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from torch import nn

from mmrestore.apis.exporting.check import Difference
from mmrestore.apis.exporting.metadata import metadata
from mmrestore.models.attachments import Attachment
from mmrestore.models.backbones.base import facts


class Job(NamedTuple):
    """A trained network to be exported.

    - ``restorer``: with its weights, in evaluation mode on the CPU;
    - ``config``: its config;
    - ``checkpoint``: the file that the weights come from;
    - ``suffix``: that of the file to write;
    - ``half``: whether it computes in float16;
    - ``static``: height and width of the images, None for any.
    """

    restorer: nn.Module
    config: Config
    checkpoint: Path
    suffix: str
    half: bool = False
    static: tuple[int, int] | None = None

    @property
    def backbone(self) -> nn.Module:
        """The network without its inference decorators."""
        return self.restorer.get_submodule('backbone')

    @property
    def channels(self) -> int:
        """Channels of the images, 3 if the network does not say."""
        return facts(self.backbone).in_channels or 3

    def metadata(
        self, *, held: dict[str, Any], left_out: dict[str, Any], whole_config: bool = False
    ) -> dict[str, str]:
        """Return the metadata of the model, text by name; see ``exporting.metadata``."""
        multiple = facts(self.backbone).size_multiple
        side = -(-16 // multiple) * multiple
        with torch.inference_mode():
            y = self.backbone(torch.zeros(1, self.channels, side, side))
        return metadata(
            self.config,
            self.backbone,
            checkpoint=self.checkpoint,
            out_channels=y.shape[1],
            held=held,
            left_out=left_out,
            whole_config=whole_config,
        )

    def check_not_random(self) -> None:
        """Refuse a network in which attachments draw random numbers at test.

        Raises:
            ValueError: there are such.
        """
        attachments = self.restorer.get_submodule('attachments').named_children()
        acting = [k for k, v in attachments if isinstance(v, Attachment) and v.in_test]
        if acting:
            options = ' '.join(f'model.attachments.{name}=None' for name in acting)
            raise ValueError(
                f'{", ".join(acting)} of the attachments draw random numbers at test, which an '
                'exported network cannot: export --to safetensors, or the network without them by '
                f'--cfg-options {options}'
            )


class Written(NamedTuple):
    """Result of an export.

    - ``content``: the bytes of the file;
    - ``differences``: how much it differs from PyTorch; none of weights only;
    - ``notes``: what its user should know, a sentence each.
    """

    content: bytes
    differences: list[Difference]
    notes: list[str]
