"""Blocks that compute their features a second time in the backward pass."""

from __future__ import annotations

import copy

import pytest
import torch
from backbone_table import ROWS
from strategy_runs import small_run
from torch import Tensor, nn

from mmrestore.models.backbones.base import facts
from mmrestore.models.checkpointing import checkpoint_blocks
from mmrestore.registry import MODELS

STATING = [row for row in ROWS if MODELS.get(row.type).block_names]
STATING_ARGUMENTS = {row.type: row.arguments for row in STATING}


def step(net: nn.Module, x: Tensor) -> tuple[list[Tensor], int]:
    """Return the gradients of a step at one seed, and the bytes that are kept for them."""
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    torch.manual_seed(1)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = net(x).square().mean()
    stayed = sum(kept.values())
    gradients = torch.autograd.grad(loss, list(net.parameters()), allow_unused=True)
    return [g for g in gradients if g is not None], stayed


def test_the_transformers_state_their_blocks():
    assert {'SwinIR', 'HAT', 'GRL', 'Restormer', 'NAFNet'} <= {row.type for row in STATING}


@pytest.mark.parametrize('row', STATING, ids=lambda row: row.type)
def test_gradients_are_equal_and_less_is_kept(row):
    torch.manual_seed(0)
    net = MODELS.build({'type': row.type, **row.arguments}).train()
    other = copy.deepcopy(net)
    names = checkpoint_blocks(other)
    assert names and other.state_dict().keys() == net.state_dict().keys()
    side = 2 * facts(net).size_multiple
    x = torch.rand(2, row.in_channels, side, side)
    (expected, kept), (found, less) = step(net, x), step(other, x)
    assert len(expected) == len(found)
    assert all(a.equal(b) for a, b in zip(expected, found, strict=True))
    assert less < 0.9 * kept


def test_a_copy_has_blocks_of_its_own():
    net = MODELS.build({'type': 'SwinIR', **STATING_ARGUMENTS['SwinIR']}).train()
    checkpoint_blocks(net)
    other = copy.deepcopy(net)
    for parameter in net.parameters():
        nn.init.zeros_(parameter)
    x = torch.rand(1, 3, 16, 16)
    other(x).sum().backward()
    assert all(p.grad is None for p in net.parameters())
    assert any(p.grad is not None and p.grad.any() for p in other.parameters())


@pytest.mark.parametrize(('strategies', 'network'), [(('masked',), 'SwinIR'), (('traps',), 'HAT')])
def test_a_training_ends_with_the_same_weights(strategies, network, tmp_path):
    """The masks of tokens are drawn again as they were, and so are the dropped paths."""
    found = []
    for checkpointed in (False, True):
        changes = {'model.checkpoint_blocks': checkpointed}
        runner = small_run(strategies, network, tmp_path / str(checkpointed), changes)
        runner.train()
        found.append(runner.network.state_dict())
    assert all(found[0][key].equal(found[1][key]) for key in found[0])


def test_nothing_is_computed_again_without_gradients(monkeypatch):
    net = MODELS.build({'type': 'SwinIR', **STATING_ARGUMENTS['SwinIR']})
    checkpoint_blocks(net)
    monkeypatch.setattr('mmrestore.models.checkpointing.checkpoint', None)
    x = torch.rand(1, 3, 16, 16)
    net.eval()(x)
    with torch.no_grad():
        net.train()(x)
    with pytest.raises(TypeError):
        net(x)


def test_a_network_without_blocks_is_refused():
    with pytest.raises(ValueError, match='DnCNN states no blocks'):
        checkpoint_blocks(MODELS.build(dict(type='DnCNN', channels=8, num_layers=3)))
