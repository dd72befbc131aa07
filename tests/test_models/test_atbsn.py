"""AT-BSN and its students: parameters, plain forms, the blind spot, several of them at once."""

from __future__ import annotations

import copy

import pytest
import torch
from plain_networks import PlainATBSN, PlainATBSNStudent, PlainNBSN

from mmrestore.analysis import parity
from mmrestore.apis import load_official
from mmrestore.models.backbones import ATBSN, NBSN, ATBSNStudent
from mmrestore.models.backbones.atbsn import LEVELS, PADDING, unused_margins

TWINS = [(ATBSN, PlainATBSN), (ATBSNStudent, PlainATBSNStudent), (NBSN, PlainNBSN)]


def build(network, *arguments, **options):
    """Build a small network in double precision whose biases are not zero."""
    torch.manual_seed(0)
    net = network(*arguments, channels=8, **options).double()
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.endswith('bias'):
                parameter += 0.1 * torch.randn_like(parameter)
    return net


def image(*size, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(*size, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize(
    ('network', 'count'), [(ATBSN, 1_268_547), (ATBSNStudent, 1_003_011), (NBSN, 1_021_107)]
)
def test_parameter_counts(network, count):
    with torch.device('meta'):
        net = network()
    assert sum(p.numel() for p in net.parameters()) == count


def test_most_parameters_are_in_the_u_net():
    with torch.device('meta'):
        assert sum(p.numel() for p in ATBSN().unet.parameters()) == 1_083_456


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize(('network', 'plain'), TWINS, ids=lambda c: c.__name__)
def test_the_plain_twin_agrees(network, plain, channels):
    net = build(network, channels)
    twin = plain(channels, channels=8).double()
    twin.load_state_dict(net.state_dict())
    size = (64, 64) if network is ATBSN else (32, 96)
    assert_same(net, twin, lambda n, x: n(x), image(2, channels, *size))


@pytest.mark.parametrize('border', [0, 3, 16])
def test_the_plain_twin_with_several_shifts_agrees(border):
    net, twin = build(ATBSN), PlainATBSN(channels=8).double()
    twin.load_state_dict(net.state_dict())
    shifts = [5, 0, 2, 8]
    x = image(2, 3, 64, 64)
    assert_same(net, twin, lambda n, x: n.multi_shift(x, shifts, border=border), x)


def assert_same(net, twin, run, x):
    """Compare outputs and the gradients of all parameters."""
    outputs = []
    for network in (net, twin):
        outputs.append(run(network, x))
        (outputs[-1] * image(*outputs[-1].shape)).mean().backward()
    assert outputs[0].std() > 0.01
    torch.testing.assert_close(*outputs)
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(parameter.grad, twin.get_parameter(name).grad, msg=name)


@pytest.mark.parametrize(
    ('height', 'width', 'row', 'column'),
    [(64, 96, 0, 0), (64, 96, 63, 95), (64, 96, 32, 31), (96, 32, 41, 16), (32, 64, 13, 50)],
)
def test_nothing_in_the_blind_spot_is_seen(height, width, row, column):
    net = build(ATBSN, 1).float().requires_grad_(False)
    x = image(4, 1, height, width).float()  # pooling sees other pixels in each image
    x.requires_grad_()
    outputs = net.multi_shift(x, range(6))
    rows = (torch.arange(height) - row).abs()[:, None]
    columns = (torch.arange(width) - column).abs()
    distance = torch.maximum(rows, columns)
    for shift in range(6):
        output = outputs[:, shift, 0, row, column].sum()
        (gradient,) = torch.autograd.grad(output, x, retain_graph=True)
        seen = gradient.abs().amax(0)[0] > 0
        assert not seen[distance < shift].any()
        assert seen[distance >= max(shift, 1)].float().mean() > 0.5
        if shift < 3:  # for more, the coarse grid of pooling hides some pixels around it too
            assert seen[(distance >= shift) & (distance < 12)].all()


def test_what_is_in_the_blind_spot_may_change():
    net = build(ATBSN, blind_spot_shift=4)
    x = image(1, 3, 32, 64)
    other = x.clone()
    other[..., 9:16, 37:44] = image(1, 3, 7, 7, seed=2)
    with torch.no_grad():
        difference = (net(x) - net(other)).abs()
    assert difference[..., 12, 40].max() == 0
    assert difference[..., 11:14, 39:42].sum() > 0, 'the neighbours see it'


@pytest.mark.parametrize('border', [0, 7])
@pytest.mark.parametrize('shifts', [[0], [5], [3, 3], [0, 1, 2, 3, 4, 5], [6, 2]])
def test_several_shifts_are_those_one_by_one(shifts, border):
    net = build(ATBSN)
    x = image(2, 3, 32, 96)
    with torch.no_grad():
        outputs = net.multi_shift(x, shifts, border=border)
        assert outputs.shape == (2, len(shifts), 3, 32 - 2 * border, 96 - 2 * border)
        for output, net.shift in zip(outputs.unbind(1), shifts, strict=True):
            expected = net(x)[..., border : 32 - border, border : 96 - border]
            torch.testing.assert_close(output, expected)


def test_another_shift_needs_no_other_weights():
    five, two = build(ATBSN), build(ATBSN, blind_spot_shift=2)
    two.load_state_dict(five.state_dict())
    x = image(1, 3, 32, 32)
    with torch.no_grad():
        assert not five(x).allclose(two(x))
        five.shift = 2
        assert five(x).equal(two(x))


@pytest.mark.parametrize('shift', [0, 1, 5])
def test_a_turned_oblong_image_with_turned_views(shift):
    """The views are in the order of the rotations: to turn the image is to turn their order."""
    net = build(ATBSN, blind_spot_shift=shift)
    x = image(1, 3, 32, 96)
    turned = copy.deepcopy(net)
    with torch.no_grad():
        views = turned.nin_A.weight.unflatten(1, (4, -1))
        turned.nin_A.weight.copy_(views.roll(1, 1).flatten(1, 2))
        expected = torch.rot90(net(x), 1, (2, 3))
        torch.testing.assert_close(turned(torch.rot90(x, 1, (2, 3))), expected)


@pytest.mark.parametrize('view', range(4))
def test_unused_margins_are_even_and_no_more_than_wanted(view):
    margins = [37, 24, 51, 40]
    levels = unused_margins(margins, view)
    assert len(levels) == LEVELS
    assert levels[0][3 - PADDING[view].index(2) if view % 2 else 0] > 0
    for level in levels:
        assert all(n % 2 == 0 and 0 <= n <= most for n, most in zip(level, margins, strict=True))
        margins = [n // 2 for n in level]


def test_start_of_a_training():
    torch.manual_seed(0)
    for net in (ATBSN(), ATBSNStudent(), NBSN()):
        assert all(p.abs().max() == 0 for n, p in net.named_parameters() if n.endswith('bias'))
        for name, weight in net.named_parameters():
            if weight.numel() < 20_000 or name.startswith('nin_C'):
                continue
            expected = (2 / (1 + 0.1**2) / weight[0].numel()) ** 0.5
            assert weight.std().item() == pytest.approx(expected, rel=0.05), name
    assert ATBSN(32).nin_C.weight.std().item() == pytest.approx((1 / 96) ** 0.5, rel=0.1)


@pytest.mark.parametrize(
    ('name', 'network'), [('AT-BSN', ATBSN), ('NBSN 1.00M', ATBSNStudent), ('NBSN 1.02M', NBSN)]
)
def test_official_names(name, network):
    net = network(channels=8)
    wrapped = {'model_state_dict': net.state_dict()}
    loaded = load_official(name, {'mid_channels': 8}, wrapped)
    x = torch.rand(1, 3, 32, 64)
    with torch.no_grad():
        assert loaded(x).equal(net(x))


@pytest.mark.parametrize(
    'name', ['bsn_full', 'bsn_mid16_rgb', 'teacher_T_mid16', 'nbsn100_full', 'nbsn102_full']
)
def test_official_vectors(shared, name):
    row = parity.compare(shared / f'parity/networks/{name}.json')
    assert row.result == 'passed'
    assert row.output < 1e-4


def test_what_does_not_fit():
    with pytest.raises(ValueError, match='channels must be at least 1, got 0'):
        ATBSN(channels=0)
    with pytest.raises(ValueError, match=r'shifts of 0 or more, got \[-1\]'):
        ATBSN(blind_spot_shift=-1)
    net, x = ATBSN(channels=8), torch.rand(1, 3, 32, 64)
    with pytest.raises(ValueError, match=r'shifts of 0 or more, got \[\]'):
        net.multi_shift(x, [])
    with pytest.raises(ValueError, match='a border of 16 pixels does not fit'):
        net.multi_shift(x, [1], border=16)
    for other in (net, ATBSNStudent(channels=8), NBSN(channels=8)):
        with pytest.raises(ValueError, match='multiples of 32, got 32 x 40'):
            other(x[..., :40])
    with pytest.raises(ValueError, match='got 3 and 1'):
        load_official('AT-BSN', {'out_channels': 1}, {})
