"""The steps of a generator and a discriminator, against a plain loop that spells them out."""

from __future__ import annotations

import copy

import pytest
import tiny_adversary  # noqa: F401
import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import init_default_scope
from torch.nn import functional as F

from mmrestore.engine import AmpOptimWrapper, SeparateOptimWrappers
from mmrestore.functional.adversarial import KINDS
from mmrestore.models.weights import load_weights
from mmrestore.registry import MODELS
from mmrestore.structures import DataSample

WEIGHT = 0.3


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmrestore')


def build(kind='vanilla', **options):
    torch.manual_seed(0)
    config = dict(
        type='GANRestorer',
        backbone=dict(type='TinyNet', dropout=0.0),
        discriminator=dict(type='TinyDiscriminator'),
        losses=dict(pixel=dict(type='MSELoss')),
        adversarial=dict(type='AdversarialLoss', kind=kind, loss_weight=WEIGHT),
    )
    return MODELS.build({**config, **options}).train()


def optimizers(model, *, accumulate=1, max_iters=1000, amp=False):
    wrapper = AmpOptimWrapper if amp else OptimWrapper
    wrappers = SeparateOptimWrappers(
        {
            name: wrapper(
                torch.optim.Adam(part.parameters(), lr=rate), accumulative_counts=accumulate
            )
            for (name, part), rate in zip(model.optimized_parts.items(), (1e-2, 2e-2), strict=True)
        }
    )
    wrappers.initialize_count_status(model, 0, max_iters)
    return wrappers


def batches(number, size=2):
    generator = torch.Generator().manual_seed(1)
    for _ in range(number):
        inputs, target, real = torch.rand(3, size, 3, 8, 12, generator=generator)
        yield {'inputs': inputs, 'data_samples': DataSample(gt_img=target, real_img=real)}


def plain_losses(kind, z, r):
    """Generator's and discriminator's, by PyTorch's own cross entropy."""
    one, zero = torch.ones_like, torch.zeros_like
    bce = F.binary_cross_entropy_with_logits
    if kind == 'vanilla':
        return bce(z, one(z)), lambda z, r: bce(r, one(r)) + bce(z, zero(z))
    if kind == 'least_squares':
        return (z - 1).pow(2).mean() / 2, lambda z, r: ((r - 1).pow(2).mean() + z.pow(2).mean()) / 2
    if kind == 'hinge':
        return -z.mean(), lambda z, r: (1 - r).clamp(min=0).mean() + (1 + z).clamp(min=0).mean()
    above, below = z - r.mean(), r - z.mean()
    return bce(above, one(above)) + bce(
        below, zero(below)
    ), lambda z, r: bce(r - z.mean(), one(r)) + bce(z - r.mean(), zero(z))


def plain_training(model, data, *, kind, steps, accumulate):
    """Both networks, their optimizers and the order of their updates, without the toolbox."""
    g, d = copy.deepcopy(model.backbone), copy.deepcopy(model.discriminator)
    of_g = torch.optim.Adam(g.parameters(), lr=1e-2)
    of_d = torch.optim.Adam(d.parameters(), lr=2e-2)
    log, blocks = [], [data[i : i + accumulate] for i in range(0, len(data), accumulate)]
    for number, block in enumerate(blocks):
        turn_of_g = number % steps == steps - 1
        for batch in block:
            x, sample = batch['inputs'], batch['data_samples']
            fake = g(x)
            of_pair = plain_losses(kind, *(torch.zeros(1),) * 2)[1]
            loss_d = of_pair(d(fake.detach()), d(sample.real_img)) / len(block)
            for p, gradient in zip(
                d.parameters(), torch.autograd.grad(loss_d, list(d.parameters())), strict=True
            ):
                p.grad = gradient if p.grad is None else p.grad + gradient
            if batch is block[-1]:
                of_d.step()
                of_d.zero_grad()
            log.append(loss_d.item() * len(block))
            if not turn_of_g:
                continue
            fooled = plain_losses(kind, d(fake), d(sample.real_img))[0]
            loss_g = (F.mse_loss(fake, sample.gt_img) + WEIGHT * fooled) / len(block)
            for p, gradient in zip(
                g.parameters(), torch.autograd.grad(loss_g, list(g.parameters())), strict=True
            ):
                p.grad = gradient if p.grad is None else p.grad + gradient
            if batch is block[-1]:
                of_g.step()
                of_g.zero_grad()
    return g, d, log


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize(('steps', 'accumulate'), [(1, 1), (3, 1), (1, 2), (2, 3)])
def test_training_is_that_of_a_plain_loop(kind, steps, accumulate):
    model = build(kind, discriminator_steps=steps)
    data = list(batches(11))  # the last of the blocks of three is one of two, with an update
    wrappers = optimizers(model, accumulate=accumulate, max_iters=len(data))
    start = copy.deepcopy(model.state_dict())
    g, d, log = plain_training(model, data, kind=kind, steps=steps, accumulate=accumulate)
    logged = [model.train_step(copy.deepcopy(batch), wrappers) for batch in data]
    found = [terms['loss_discriminator'].item() for terms in logged]
    assert found == pytest.approx(log, rel=1e-4)
    for part, expected in (('backbone', g), ('discriminator', d)):
        for name, value in expected.state_dict().items():
            if name == 'last.bias' and kind in ('hinge', 'relativistic_average'):
                continue  # its gradient is zero but for rounding, which Adam blows up
            assert torch.allclose(model.state_dict()[f'{part}.{name}'], value, atol=1e-5), name
            assert (value - start[f'{part}.{name}']).abs().max() > 1e-3, 'it has moved'
    updated = [i for i, terms in enumerate(logged) if 'loss' in terms]
    turns = [i for i in range(11) if i // accumulate % steps == steps - 1]
    assert updated == turns


@pytest.mark.parametrize('kind', KINDS)
def test_each_step_moves_only_its_own_network(kind):
    model = build(kind)
    wrappers = optimizers(model)
    moved = {}
    update = SeparateOptimWrappers.update

    def watched(self, name, loss):
        before = copy.deepcopy(model.state_dict())
        update(self, name, loss)
        now = model.state_dict()
        moved[name] = {k.split('.')[0] for k in now if not now[k].equal(before[k])}
        assert all(p.grad is None for p in model.parameters()), 'no gradient is left behind'

    wrappers.update = watched.__get__(wrappers)
    for batch in batches(2):
        model.train_step(batch, wrappers)
    assert moved == {'discriminator': {'discriminator'}, 'backbone': {'backbone'}}
    assert all(p.requires_grad for p in model.parameters())


def test_the_network_is_trained_against_the_new_discriminator():
    model = build()
    wrappers = optimizers(model)
    (batch,) = batches(1)
    with torch.no_grad():
        restored = model.backbone(batch['inputs'])
    logged = model.train_step(copy.deepcopy(batch), wrappers)
    with torch.no_grad():  # the discriminator is as it was then
        expected = WEIGHT * F.softplus(-model.discriminator(restored)).mean()
    assert logged['loss_adversarial'].item() == pytest.approx(expected.item(), rel=1e-5)
    total = logged['loss_pixel'] + logged['loss_adversarial']
    assert logged['loss'].item() == pytest.approx(total.item())
    assert 'loss_discriminator' in logged, 'but it is no part of the sum'


@pytest.mark.parametrize('kind', KINDS)
def test_the_loss_is_that_of_the_network_alone(kind):
    model = build(kind)
    (batch,) = batches(1)
    terms = model(**batch, mode='loss')
    restored, sample = model.backbone(batch['inputs']), batch['data_samples']
    logits = [model.discriminator(images) for images in (restored, sample.real_img)]
    assert terms.keys() == {'loss_pixel', 'loss_adversarial'}
    torch.testing.assert_close(terms['loss_pixel'], F.mse_loss(restored, sample.gt_img))
    torch.testing.assert_close(terms['loss_adversarial'], WEIGHT * plain_losses(kind, *logits)[0])


def test_mixed_precision_comes_near_to_float32():
    states = []
    for amp in (False, True):
        model = build()
        wrappers = optimizers(model, amp=amp)
        start = copy.deepcopy(model.state_dict())
        for batch in batches(5):
            terms = model.train_step(batch, wrappers)
        assert all(value.dtype == torch.float32 for value in terms.values())
        states.append(torch.cat([(v - start[k]).flatten() for k, v in model.state_dict().items()]))
    cosine = F.cosine_similarity(*states, dim=0)
    assert 0.95 < cosine < 1 - 1e-7, 'other rounding, the same way'


def test_a_prediction_is_that_of_the_network_alone(tmp_path):
    model = build().eval()
    plain = MODELS.build(
        dict(
            type='Restorer',
            backbone=dict(type='TinyNet'),
            losses=dict(pixel=dict(type='MSELoss')),
        )
    ).eval()
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'gan.pth')
    load_weights(plain, tmp_path / 'gan.pth')
    other = build().eval()
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(1)
    discriminator = copy.deepcopy(other.discriminator.state_dict())
    torch.save({'state_dict': plain.state_dict()}, tmp_path / 'plain.pth')
    load_weights(other, tmp_path / 'plain.pth')
    assert all(discriminator[k].equal(v) for k, v in other.discriminator.state_dict().items())
    x = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(2))
    expected = model.backbone(x).clamp(0, 1)
    for each in (model, plain, other):
        each.discriminator = None
        samples = each(x, mode='predict')
        assert torch.stack([sample.pred_img for sample in samples]).equal(expected)


def test_the_discriminator_sees_the_fine_image_of_two_scales():
    backbone = dict(type='DMNet', channels=4, num_blocks=1, num_convs=2, both_scales=True)
    model = build(backbone=backbone, losses=dict(both=dict(type='TwoScaleLoss')))
    wrappers = optimizers(model)
    (batch,) = batches(1)
    start = copy.deepcopy(model)
    logged = model.train_step(copy.deepcopy(batch), wrappers)
    sample = batch['data_samples']
    fine, coarse = start.backbone(batch['inputs'])
    expected = F.mse_loss(fine, sample.gt_img)
    expected = expected + F.mse_loss(coarse, F.avg_pool2d(sample.gt_img, 4))
    assert logged['loss_both'].item() == pytest.approx(expected.item(), rel=1e-5)
    logits = start.discriminator(fine.detach())
    assert logged['logit_restored'].item() == pytest.approx(logits.mean().item(), rel=1e-5)
    moved = (model.backbone.to_low.weight - start.backbone.to_low.weight).abs().max()
    assert moved > 1e-3, 'the coarse image is trained too'


def test_batches_that_do_not_fit_are_named():
    model = build()
    wrappers = optimizers(model)
    (batch,) = batches(1)
    small = copy.deepcopy(batch)
    small['data_samples'].real_img = small['data_samples'].real_img[..., :4]
    with pytest.raises(ValueError, match=r'\(3, 8, 4\).*\(3, 8, 12\): crop the clean side'):
        model.train_step(small, wrappers)
    del batch['data_samples'].real_img
    with pytest.raises(ValueError, match='train with an UnpairedDataset'):
        model.train_step(batch, wrappers)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(discriminator_steps=0), 'whole number of at least 1, got 0$'),
        (dict(discriminator_steps=1.5), r'whole number of at least 1, got 1\.5$'),
        (dict(losses=dict(adversarial=dict(type='MSELoss'))), '^losses compare with targets'),
        (dict(adversarial=dict(type='AdversarialLoss', loss_weight=-1)), 'at least 0, got -1'),
    ],
)
def test_wrong_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        build(**options)


@pytest.mark.parametrize(
    ('given', 'kind', 'weight'),
    [
        ({}, 'vanilla', 1e-3),
        (dict(loss_weight=0.02), 'vanilla', 0.02),
        (dict(kind='hinge'), 'hinge', 1e-3),
        (dict(type='AdversarialLoss', kind='hinge'), 'hinge', 1.0),
    ],
)
def test_what_a_config_of_the_adversarial_loss_leaves_out(given, kind, weight):
    adversarial = build(adversarial=given).adversarial
    assert (adversarial.kind, adversarial.loss_weight) == (kind, weight)


def test_optimizers_accumulate_alike():
    model = build()
    parts = model.optimized_parts
    with pytest.raises(ValueError, match="'backbone': 1, 'discriminator': 2"):
        SeparateOptimWrappers(
            {
                name: OptimWrapper(torch.optim.SGD(part.parameters(), lr=1), accumulative_counts=n)
                for n, (name, part) in enumerate(parts.items(), 1)
            }
        )
