"""Every backbone, traced once for images of any size, as a program and as ONNX.

The exporter to ONNX takes minutes for the networks of ``SLOW``, whatever their width; they are
exported with MMRESTORE_SLOW_EXPORT=1 only.
"""

from __future__ import annotations

import os
from functools import cache

import pytest
import torch
from backbone_table import ROWS

from mmrestore.apis.exporting.check import differences
from mmrestore.apis.exporting.network import ExportedNetwork, chosen_sizes, trace
from mmrestore.apis.exporting.onnx_file import onnx_runner, to_onnx
from mmrestore.registry import MODELS

EVERYTHING = os.environ.get('MMRESTORE_SLOW_EXPORT') == '1'
SLOW = {
    *('ATBSN', 'DeamNet', 'GRL', 'HAT', 'MIRNet', 'MIRNetV2', 'Restormer', 'RIDNet', 'RNAN'),
    *('NAFNetBaseline', 'UNet'),
}
NAMES = [f'{row.type}-{i}' for i, row in enumerate(ROWS)]
every_backbone = pytest.mark.parametrize('number', range(len(ROWS)), ids=NAMES)
WITHIN = 2e-5  # standard deviations of the output; seen are up to 5e-6


def build(row):
    """Build a network none of whose parameters is zero, with the statistics of a trained one."""
    torch.manual_seed(0)
    net = MODELS.build({'type': row.type, **row.arguments}).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
        for name, buffer in net.named_buffers():
            if name.endswith('running_mean'):
                buffer.normal_(0, 0.1)
            elif name.endswith('running_var'):
                buffer.uniform_(0.5, 2)
    return net


@cache
def traced(number):
    net = build(ROWS[number])
    exported = ExportedNetwork(net, {}).eval()
    sizes = chosen_sizes(net.size_multiple)
    return exported, sizes, trace(exported, sizes)


@every_backbone
def test_a_program_takes_images_of_every_size(number):
    net, sizes, program = traced(number)
    found = differences(net, program.module(), sizes.tried, channels=ROWS[number].in_channels)
    assert max(each.relative for each in found) < WITHIN


@every_backbone
def test_onnx_takes_images_of_every_size(number):
    row = ROWS[number]
    if row.type in SLOW and not EVERYTHING:
        pytest.skip('it takes long: set MMRESTORE_SLOW_EXPORT=1')
    pytest.importorskip('onnxruntime')
    net, sizes, program = traced(number)
    content = to_onnx(program, {}, scale=net.scale, dynamic=True)
    found = differences(net, onnx_runner(content), sizes.tried, channels=row.in_channels)
    assert max(each.relative for each in found) < WITHIN
