"""Training by pairs of noisy images."""

from __future__ import annotations

import json

import pytest
import torch
import torch.distributed as dist
from mmengine.registry import init_default_scope
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from mmrestore.apis.official import known_architectures, load_official
from mmrestore.engine.hooks import ConsistencyRampHook
from mmrestore.functional import adjacent_pixel_places, cell_pixel_places, take_pixels
from mmrestore.registry import MODELS
from mmrestore.structures import DataSample

L1 = dict(reconstruction=dict(type='L1Loss'), consistency=dict(type='L1Loss'))
L2 = dict(reconstruction=dict(type='MSELoss'), consistency=dict(type='MSELoss'))
ADJACENT, CELLS = dict(type='AdjacentPixelSampler'), dict(type='CellPixelSampler')


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmrestore')


@pytest.fixture(scope='module')
def load_reference(shared):
    load_file = pytest.importorskip('safetensors.torch').load_file
    return lambda name: load_file(shared / 'parity' / 'functions' / f'{name}.safetensors')


def restorer(net: nn.Module | None = None, places=None, **options):
    """Return a restorer of a network, of which the given places are the draw."""
    cfg = dict(
        type='PairRestorer',
        backbone=dict(type='TinyNet', dropout=0.0),
        sampler=ADJACENT,
        losses=L1,
    )
    model = MODELS.build({**cfg, **options})
    if net is not None:
        net.scale, net.size_multiple = 1, getattr(net, 'size_multiple', 1)
        model.backbone = net
    if places is not None:
        model.sampler = lambda x: places
    return model


class Recorded(nn.Module):
    """Gives recorded outputs by the width of its input: parts that lie side by side."""

    def __init__(self, *outputs):
        super().__init__()
        self.outputs = {sum(part.shape[-1] for part in parts): parts for parts in outputs}

    def forward(self, x):
        return torch.cat(self.outputs[x.shape[-1]], dim=-1)


def total(losses):
    return sum(losses.values())


@pytest.mark.parametrize('detach', [True, False])
def test_the_loss_of_adjacent_pixels_is_the_reference(load_reference, detach):
    """The samples of any image are its left and its right half."""
    tensors = load_reference('apr_loss')
    outputs = {k: tensors[k].clone().requires_grad_() for k in ('f_h1_y', 'h1_fy', 'h2_fy')}
    height, width = tensors['h2_y'].shape[-2:]
    grid = torch.arange(2 * height * width).view(1, height, 2 * width).expand(2, -1, -1)
    net = Recorded([outputs['f_h1_y']], [outputs['h1_fy'], outputs['h2_fy']])
    model = restorer(net, grid.split(width, dim=-1), detach=detach)
    y = torch.cat([torch.zeros_like(tensors['h2_y']), tensors['h2_y']], dim=-1)
    losses = model.loss(y, DataSample())
    assert losses['loss_reconstruction'].item() == pytest.approx(tensors['loss_rec'].item(), 1e-6)
    consistency = 4 * tensors['loss_reg_unweighted'].item()
    assert losses['loss_consistency'].item() == pytest.approx(consistency, 1e-6)
    assert total(losses).item() == pytest.approx(tensors['loss_total_lambda4'].item(), 1e-6)
    total(losses).backward()
    torch.testing.assert_close(outputs['f_h1_y'].grad, tensors['grad_f_h1_y'], rtol=0, atol=1e-7)
    for name in ('h1_fy', 'h2_fy'):
        if detach:
            assert outputs[name].grad is None
        else:
            expected = tensors[f'grad_{name}_official_not_detached']
            torch.testing.assert_close(outputs[name].grad, expected, rtol=0, atol=1e-7)


def test_the_loss_of_cells_is_the_reference(load_reference, shared):
    tensors = load_reference('n2n_sampler_loss')
    facts = json.loads((shared / 'parity/functions/n2n_sampler_loss.json').read_text())
    ramp = ConsistencyRampHook(facts['increase_ratio'])
    weight = ramp.weight_at(facts['epoch'] - 1, facts['n_epoch'])  # the file counts from 1
    net = Recorded([tensors['fy']], [tensors['f_g1_y']])
    places = cell_pixel_places(tensors['choice'])
    model = restorer(net, places, losses=L2, consistency_weight=weight)
    losses = model.loss(tensors['input'], DataSample())
    assert losses['loss_reconstruction'].item() == pytest.approx(tensors['loss_rec'].item(), 1e-6)
    expected = tensors['loss_reg_weighted'].item()
    assert losses['loss_consistency'].item() == pytest.approx(expected, 1e-6)
    assert total(losses).item() == pytest.approx(tensors['loss_total'].item(), 1e-6)


@pytest.fixture
def blind_spot_network(shared, load_reference):
    """Return a function that makes the network of a reference."""
    if 'AT-BSN' not in known_architectures():
        pytest.skip('AT-BSN is not there')
    facts = json.loads((shared / 'parity/networks/bsn_mid16_rgb.json').read_text())

    def make(tensors):
        weights = {k[7:]: v for k, v in tensors.items() if k.startswith('weight.')}
        net = load_official('AT-BSN', facts['arguments'], weights)
        net.shift = 5
        return net

    return make


@pytest.mark.parametrize('detach', [True, False])
def test_gradients_of_a_step_are_the_reference(load_reference, blind_spot_network, detach):
    tensors = load_reference('apr_train_step_mid16')
    net = blind_spot_network(tensors)
    model = restorer(net, adjacent_pixel_places(tensors['choice']), detach=detach)
    loss = total(model.loss(tensors['input'], DataSample()))
    loss.backward()
    kind = 'detached' if detach else 'official'
    assert loss.item() == pytest.approx(tensors[f'loss_{kind}'].item(), abs=1e-6)
    gradients = {name: p.grad for name, p in net.named_parameters()}
    compared = [k for k in tensors if k.startswith(f'grad_{kind}.')]
    assert len(compared) == 5
    for key in compared:
        found = gradients[key.split('.', 1)[1]]
        torch.testing.assert_close(found, tensors[key], rtol=0, atol=1e-4)
    norm = torch.stack([g.norm() for g in gradients.values()]).norm().item()
    assert norm == pytest.approx(tensors[f'gradnorm_{kind}'].item(), rel=1e-4)


def test_three_steps_are_the_reference(load_reference, blind_spot_network, shared):
    tensors = load_reference('apr_3steps_mid16')
    start = pytest.importorskip('safetensors.torch').load_file(
        shared / 'parity/networks/bsn_mid16_rgb.safetensors'
    )
    net = blind_spot_network(start)
    model = restorer(net, detach=False)
    adam = torch.optim.Adam(net.parameters(), lr=3e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, 10)
    for i, choice in enumerate(tensors['choice']):
        model.sampler = lambda x, choice=choice: adjacent_pixel_places(choice)
        assert adam.param_groups[0]['lr'] == pytest.approx(tensors['lrs'][i].item(), 1e-6)
        loss = total(model.loss(tensors['input'], DataSample()))
        assert loss.item() == pytest.approx(tensors['losses'][i].item(), abs=1e-5)
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
    weights = net.state_dict()
    for key in [k for k in tensors if k.startswith('final.')]:
        found = weights[key.removeprefix('final.')]
        torch.testing.assert_close(found, tensors[key], rtol=0, atol=2e-5)


@pytest.mark.parametrize('sampler', [ADJACENT, CELLS])
@pytest.mark.parametrize('losses', [L1, L2])
@pytest.mark.parametrize('detach', [True, False])
def test_the_step_against_the_formula(sampler, losses, detach):
    model = restorer(sampler=sampler, losses=losses, detach=detach, consistency_weight=0.7)
    y = torch.rand(2, 3, 6, 10, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(1)
    total(model.loss(y, DataSample())).backward()
    found = [p.grad.clone() for p in model.backbone.parameters()]

    torch.manual_seed(1)
    first, second = MODELS.build(sampler)(y)
    model.zero_grad()
    norm = torch.abs if losses is L1 else torch.square
    fy = model.backbone(y)
    fy = fy.detach() if detach else fy
    a, b = model.backbone(take_pixels(y, first)), take_pixels(y, second)
    c, d = take_pixels(fy, first), take_pixels(fy, second)
    (norm(a - b).mean() + 0.7 * norm(a - b - (c - d)).mean()).backward()
    for gradient, p in zip(found, model.backbone.parameters(), strict=True):
        torch.testing.assert_close(gradient, p.grad)


def test_the_consistency_of_the_identity_is_zero():
    model = restorer(nn.Identity())
    losses = model.loss(torch.rand(1, 3, 5, 7), DataSample())
    assert losses['loss_reconstruction'] > 0.1 and losses['loss_consistency'] == 0


def test_without_weight_the_network_runs_once():
    model = restorer(consistency_weight=0.0)
    calls = []
    model.backbone.register_forward_hook(lambda *_: calls.append(1))
    assert model.loss(torch.rand(1, 3, 5, 7), DataSample()).keys() == {'loss_reconstruction'}
    assert len(calls) == 1
    model.consistency_weight = 2.0
    assert 'loss_consistency' in model.loss(torch.rand(1, 3, 5, 7), DataSample())
    assert len(calls) == 3


def test_mixed_precision_reaches_every_weight():
    """The pass without gradient leaves nothing in autocast's memory that stops gradients."""
    found = {}
    for low in (True, False):
        torch.manual_seed(0)
        model = restorer()
        with torch.autocast('cpu', torch.bfloat16, enabled=low):
            losses = model.loss(torch.rand(2, 3, 16, 20), DataSample())
        assert all(loss.dtype == torch.float32 for loss in losses.values())
        total(losses).backward()
        found[low] = torch.cat([p.grad.flatten() for p in model.backbone.parameters()])
    assert (found[True] - found[False]).norm() < 0.1 * found[False].norm()


@pytest.mark.parametrize('detach', [True, False])
def test_both_passes_of_a_step_are_one_for_a_parallel_wrapper(tmp_path, detach):
    """No parameter is unused or ready twice, in the second step either."""
    model = restorer(detach=detach)
    y = torch.rand(2, 3, 8, 10, generator=torch.Generator().manual_seed(0))
    dist.init_process_group('gloo', init_method=f'file://{tmp_path}/store', rank=0, world_size=1)
    try:
        gradients = []
        for wrapped in (model, DistributedDataParallel(model)):
            for _ in range(2):
                torch.manual_seed(1)
                model.zero_grad()
                total(wrapped(y, DataSample(), mode='loss')).backward()
            gradients.append([p.grad.clone() for p in model.backbone.parameters()])
    finally:
        dist.destroy_process_group()
    assert all(a.equal(b) and a.abs().sum() > 0 for a, b in zip(*gradients, strict=True))


def test_wrong_configs_are_refused_when_built():
    with pytest.raises(ValueError, match=r'reconstruction and consistency.*got pixel'):
        restorer(losses=dict(pixel=dict(type='L1Loss')))
    with pytest.raises(ValueError, match=r'at least 0, got reconstruction, consistency and -1'):
        restorer(consistency_weight=-1)
    with pytest.raises(ValueError, match='enlarges images by 2'):
        restorer(backbone=dict(type='EDSR', channels=4, num_blocks=1, scale=2))
    with pytest.raises(ValueError, match='odd window of at least 3 pixels, got 4'):
        restorer(sampler=dict(type='AdjacentPixelSampler', window=4))


def test_wrong_batches_are_refused():
    model = restorer(sampler=CELLS)
    with pytest.raises(ValueError, match='even sides, got 5 x 6'):
        model.loss(torch.rand(1, 3, 5, 6), DataSample())
    model.backbone.size_multiple = 4
    with pytest.raises(ValueError, match=r'multiples of 4, got \(2, 4\)'):
        model.loss(torch.rand(1, 3, 4, 8), DataSample())
    with pytest.raises(ValueError, match='no weight of the loss'):
        model.loss(torch.rand(1, 3, 8, 8), DataSample(weight=torch.ones(1, 1, 8, 8)))


def test_both_passes_go_through_training_decorators():
    """A plain network behind complementary masks, as AT-BSN with its blind spot."""
    decorators = dict(masks=dict(type='ComplementaryMasks'))
    model = restorer(training_decorators=decorators)
    x = torch.rand(2, 3, 8, 10)
    places = model.sampler(x)
    model.sampler = lambda _: places
    torch.manual_seed(0)
    found = model.loss(x, DataSample())
    torch.manual_seed(0)
    first, second = (take_pixels(x, place) for place in places)
    pred = model.trained(first)
    with torch.no_grad():
        restored = model.trained(x)
    difference = take_pixels(restored, places[0]) - take_pixels(restored, places[1])
    torch.testing.assert_close(found['loss_reconstruction'], (pred - second).abs().mean())
    expected = 4 * (pred - second - difference).abs().mean()
    torch.testing.assert_close(found['loss_consistency'], expected)
    plain = restorer()
    assert plain.trained is plain.backbone
    assert model.state_dict().keys() == plain.state_dict().keys()
