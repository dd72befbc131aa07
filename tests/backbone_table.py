"""A row for every backbone: tiny arguments, and what it can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """A backbone with tiny arguments.

    - ``unused``: prefixes of parameters that released checkpoints hold and no output depends on;
    - ``compiles``: whether ``torch.compile`` takes it whole, without a graph break;
    - ``exports``: whether ``torch.export`` takes it.
    """

    type: str
    arguments: dict[str, Any]
    in_channels: int = 3
    out_channels: int = 3
    unused: tuple[str, ...] = field(default=())
    compiles: bool = True
    exports: bool = True


ROWS = [
    Row('SwinIR', {'embed_channels': 12, 'depths': [2], 'num_heads': [2], 'window_size': 4}),
]
