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

from mmrestore.apis import export, init_restorer
from mmrestore.apis.exporting.check import differences
from mmrestore.apis.exporting.network import ExportedNetwork, chosen_sizes, trace
from mmrestore.apis.exporting.onnx_file import onnx_runner, to_onnx
from mmrestore.apis.recorded import file_metadata
from mmrestore.registry import MODELS

EVERYTHING = os.environ.get('MMRESTORE_SLOW_EXPORT') == '1'
SLOW = {'ATBSN', 'DeamNet', 'GRL', 'HAT', 'MIRNet', 'MIRNetV2', 'Restormer'}
ONNX = {'DnCNN', 'EDSR', 'NAFNet', 'NBSN', 'PreUpsampling', 'SwinIR'}
NAMES = [f'{row.type}-{i}' for i, row in enumerate(ROWS)]
WITHIN = 2e-5  # standard deviations of the output; seen are up to 5e-6


def stated_size(content, side):
    """Return the size of the output that an ONNX file states for an image, without running it.

    Programs such as chaiNNer learn the scale so.
    """
    import onnx

    model = onnx.load_from_string(content)
    for value in (*model.graph.input, *model.graph.output):
        for dim in value.type.tensor_type.shape.dim[2:]:
            dim.Clear()
            if value.name == 'input':
                dim.dim_value = side
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    return [dim.dim_value for dim in inferred.graph.output[0].type.tensor_type.shape.dim[2:]]


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
        content = to_onnx(program, {}, scale=net.scale, dynamic=dynamic)
        runs['onnx'] = onnx_runner(content)
        if dynamic:
            assert stated_size(content, 16) == [16 * net.scale, 16 * net.scale]
    for form, run in runs.items():
        found = differences(exported, run, sizes.tried, channels=row.in_channels)
        largest = max(each.relative for each in found)
        assert largest < WITHIN, form


@pytest.mark.parametrize('row', ROWS, ids=NAMES)
def test_a_file_holds_the_network_and_its_weights(row, tmp_path):
    backbone = {'type': row.type, **row.arguments}
    config = {'model': {'type': 'Restorer', 'backbone': backbone, 'losses': {}}}
    restorer = init_restorer(config, device='cpu')
    perturbed(restorer)
    weights = restorer.state_dict()
    torch.save({'state_dict': weights}, tmp_path / 'a.pth')
    file = tmp_path / 'a.safetensors'
    export(tmp_path / 'a.pth', file, 'safetensors', config=config)
    loaded = init_restorer(None, file, device='cpu')
    assert type(loaded.backbone) is type(restorer.backbone)
    assert loaded.state_dict().keys() == weights.keys()
    assert all(value.equal(weights[key]) for key, value in loaded.state_dict().items())
    described = file_metadata(file)
    facts = [int(described[key]) for key in ('in_channels', 'out_channels', 'scale')]
    assert facts == [row.in_channels, row.out_channels, restorer.backbone.scale]
