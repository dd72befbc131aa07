"""Every backbone, traced for images of any size, as a program and as ONNX.

Tracing some networks for any size takes ten seconds, and their ONNX files take minutes, whatever
their width. Those are traced for one size here; with MMRESTORE_SLOW_EXPORT=1 all are exported in
all forms, for any size.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest
import torch
from backbone_table import ROWS
from twins import perturbed, trained_statistics

from mmrestore.apis.exporting.check import differences
from mmrestore.apis.exporting.network import ExportedNetwork, chosen_sizes, trace
from mmrestore.apis.exporting.onnx_file import onnx_runner, to_onnx
from mmrestore.registry import MODELS

EVERYTHING = os.environ.get('MMRESTORE_SLOW_EXPORT') == '1'
SLOW = {'ATBSN', 'DeamNet', 'GRL', 'HAT', 'MIRNet', 'MIRNetV2', 'Restormer'}
ONNX = {'DnCNN', 'EDSR', 'NAFNet', 'NBSN', 'PreUpsampling', 'SwinIR'}
NAMES = [f'{row.type}-{i}' for i, row in enumerate(ROWS)]
WITHIN = 2e-5  # standard deviations of the output; seen are up to 5e-6


@pytest.mark.parametrize('number', range(len(ROWS)), ids=NAMES)
def test_exported_networks_compute_the_same(number):
    row = ROWS[number]
    torch.manual_seed(0)
    net = MODELS.build({'type': row.type, **row.arguments}).eval()
    trained_statistics(perturbed(net, std=0.02))
    exported = ExportedNetwork(net, {}).eval()
    dynamic = EVERYTHING or row.type not in SLOW
    multiple = net.size_multiple
    sizes = chosen_sizes(multiple, None if dynamic else (2 * multiple + 1, 3 * multiple + 2))
    program = trace(exported, sizes, dynamic=dynamic)
    runs = {'program': program.module()}
    if (EVERYTHING or row.type in ONNX) and find_spec('onnxruntime'):
        runs['onnx'] = onnx_runner(to_onnx(program, {}, scale=net.scale, dynamic=dynamic))
    for form, run in runs.items():
        found = differences(exported, run, sizes.tried, channels=row.in_channels)
        largest = max(each.relative for each in found)
        assert largest < WITHIN, form
