"""Strategies on networks and with each other: what trains, with numbers, and what is refused."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from strategy_runs import NETWORKS, losses_of, settings_of, small_run

from mmrestore.config import open_config
from mmrestore.config.names import find_config, find_strategy, strategy_names
from mmrestore.config.reading import read_settings
from mmrestore.registry import MODELS

# Losses of the first iteration at seed 0, on a CPU.
RUNS: dict[tuple[str, ...], dict[str, float]] = {
    ('traps',): {'SwinIR': 0.3550, 'Restormer': 0.1834, 'NAFNet': 0.2794},
    ('masked',): {'SwinIR': 0.3014, 'Restormer': 0.4395, 'HAT': 0.2118},
    ('apr',): {'ATBSN': 2.8192},
    ('apr', 'complementary_masks'): {'NAFNet': 3.3151, 'Restormer': 2.6721, 'DnCNN': 4.7873},
    ('rd',): {'NBSN': 5.1169, 'NAFNet': 4.0164, 'DnCNN': 4.8008},
    ('amsnet',): {'NAFNet': 0.6860, 'Restormer': 0.5529, 'DnCNN': 0.6354},
    ('amsnet', 'refinement'): {'NAFNet': 0.6860, 'Restormer': 0.5529, 'DnCNN': 0.6354},
    ('amsnet_finetuning',): {'NAFNet': 0.6906, 'Restormer': 0.5567, 'DnCNN': 0.6518},
    ('apbsn',): {'DBSNl': 0.3522, 'UNet(blind_spot=True)': 0.4558, 'ATBSN': 0.6227},
    ('noise2void',): {'NBSN': 0.5202, 'NAFNet': 0.2029, 'DnCNN': 0.7989},
    ('neighbor2neighbor',): {'NAFNet': 0.3454, 'Restormer': 0.1335, 'DnCNN': 4.0253},
    ('self_training',): {'SwinIR': 0.3224, 'NAFNet': 0.3052, 'DnCNN': 1.4442},
    ('adversarial',): {'SwinIR': 0.3506, 'NAFNet': 0.2799, 'DnCNN': 0.6948},
    ('two_stage',): {'SwinIR': 0.0008, 'NAFNet': 0.0007, 'DnCNN': 0.5707},
    ('traps', 'masked'): {'SwinIR': 0.3046, 'Restormer': 0.4537},
    ('masked', 'two_stage'): {'SwinIR': 0.2811, 'Restormer': 0.4276},
    ('traps', 'amsnet'): {'NAFNet': 0.6853},
}


# Mosaics of 32 x 32 pixels instead of 160 x 160 for a network that takes seconds for those.
CHANGES: dict[str, dict[str, Any]] = {
    'UNet(blind_spot=True)': {
        'model.data_preprocessor.batch_transforms.downsample.stride': 2,
        'train_dataloader.dataset.pipeline.patch.size': 24,
    }
}


@pytest.mark.parametrize(
    ('strategies', 'network'),
    [pytest.param(s, n, id=f'{"+".join(s)}-{n}') for s, nets in RUNS.items() for n in nets],
)
def test_a_strategy_trains_a_network(strategies, network, tmp_path):
    runner = small_run(strategies, network, tmp_path, CHANGES.get(network))
    before = {k: v.clone() for k, v in runner.network.state_dict().items()}
    runner.train()
    losses = losses_of(runner)
    assert len(losses) == 3 and losses[0] == pytest.approx(
        RUNS[strategies][network], rel=2e-3, abs=6e-5
    )
    changed = [k for k, v in runner.network.state_dict().items() if not v.equal(before[k])]
    assert any(name.startswith('backbone.') for name in changed)
    runner.network.eval()
    noisy = torch.rand(1, 3, 37, 50)
    restored = runner.network(noisy, mode='predict')[0].pred_img
    assert restored.shape == (3, 37, 50) and 0 <= restored.min() < restored.max() <= 1
    assert restored.equal(runner.network(noisy, mode='predict')[0].pred_img)


def test_every_strategy_is_tried_on_three_networks():
    tried = {name: set() for name in strategy_names()}
    for strategies, networks in RUNS.items():
        for name in strategies:
            tried[name] |= set(networks)
    assert {name for name, networks in tried.items() if len(networks) < 3} == set()


def test_masks_act_on_shuffled_pixels_in_the_warm_up_and_on_ordered_ones_after_it(tmp_path):
    """TRAPS and masked training together: shuffling stops after two of four iterations."""
    settings = {
        'default_hooks.shuffle_schedule.stop': 0.5,
        'train_dataloader.sampler.repeat': 3,
        'model.losses.pixel.loss_weight': 1.0,
    }
    runner = small_run(['traps', 'masked'], 'SwinIR', tmp_path, settings)
    model = runner.network
    seen: dict[str, list] = {name: [] for name in ('noisy', 'clean', 'inputs', 'targets', 'tokens')}
    noise = model.data_preprocessor.batch_transforms['noise']

    def noisy(inputs, data_samples):
        result = noise(inputs, data_samples)
        seen['noisy'].append(result[0].clone())
        seen['clean'].append(data_samples.gt_img.clone())
        return result

    model.data_preprocessor.batch_transforms['noise'] = noisy
    model.losses['pixel'].register_forward_pre_hook(lambda _, a: seen['targets'].append(a[1]))
    model.backbone.register_forward_pre_hook(lambda _, a: seen['inputs'].append(a[0]))
    embedding = model.backbone.conv_first
    embedding.register_forward_hook(lambda _, a, out: seen['tokens'].append((a[0], out.clone())))
    weights = []
    embedding.register_forward_pre_hook(
        lambda layer, _: weights.append((layer.weight.clone(), layer.bias.clone()))
    )
    runner.train()
    assert len(seen['inputs']) == 4
    for step, (noisy_batch, clean, inputs, target, (embedded_input, tokens)) in enumerate(
        zip(*seen.values(), strict=True)
    ):
        is_shuffled = step < 2
        for image in range(len(inputs)):
            flat = partial(torch.flatten, start_dim=-2)
            before, after = flat(noisy_batch[image]), flat(inputs[image])
            source = before.argsort().gather(1, after.argsort().argsort())  # of each pixel
            assert before.gather(1, source).equal(after)
            assert flat(clean[image]).gather(1, source).equal(flat(target[image]))
            assert source.equal(torch.arange(source.shape[1]).expand(3, -1)) != is_shuffled
        weight, bias = weights[step]
        mean = inputs - embedded_input  # SwinIR centers its input
        assert (mean - mean.mean(dim=(0, 2, 3), keepdim=True)).abs().max() < 1e-6
        embedded = torch.nn.functional.conv2d(embedded_input, weight, bias)
        masked = (tokens == 0).all(dim=1, keepdim=True)
        ratios = masked.float().mean(dim=(1, 2, 3))
        assert ((ratios > 0.7) & (ratios < 0.9)).all()
        assert torch.equal(tokens, embedded.masked_fill(masked, 0))


@pytest.mark.parametrize(
    ('strategies', 'network', 'message'),
    [
        (['masked'], 'DnCNN', 'DnCNN states no attention .*attention_mask=None leaves'),
        (['apr'], 'NAFNet', 'needs a network with a tunable blind spot.*`complementary_masks`'),
        (['apr', 'adversarial'], 'ATBSN', "do not combine: model.type is 'PairRestorer' in apr"),
        (['apr', 'neighbor2neighbor'], 'ATBSN', 'apr and neighbor2neighbor do not combine'),
        (['apbsn'], 'NBSN', 'NBSN sees the pixels of its targets'),
        (['rd', 'two_stage'], 'ATBSN', 'both define .*teacher as TeacherTarget, whose padding'),
        (['amsnet', 'apr'], 'ATBSN', "'target' makes targets, which PairRestorer does not use"),
        (['apbsn', 'apr'], 'ATBSN', "'target' makes targets, which PairRestorer does not use"),
        (['noise2void', 'complementary_masks'], 'NAFNet', 'both hide pixels'),
        (['refinement'], 'NAFNet', 'refines what PixelDownsampled restores'),
        (['traps', 'trasp'], 'NAFNet', 'there is no strategy trasp. Did you mean traps'),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(strategies, network, message, tmp_path):
    with pytest.raises((ValueError, TypeError, FileNotFoundError), match=message) as error:
        small_run(strategies, network, tmp_path)
    assert '\n' not in str(error.value)
    assert not (tmp_path / 'run').exists()


def test_a_strategy_that_another_one_contains_is_merged_once(tmp_path):
    settings = settings_of(['two_stage'], NETWORKS['NAFNet'], tmp_path)
    both, one = (
        open_config('supervised/quickstart', settings, names).to_dict()
        for names in (['adversarial', 'two_stage'], ['two_stage'])
    )
    assert both == one and set(one['optim_wrapper']) == {'backbone', 'discriminator'}


def test_strategies_hold_nothing_of_networks_and_data():
    plain = read_settings(find_config('supervised/swinir_s'))
    for name in strategy_names():
        changed = read_settings(find_strategy(name), before=plain).values
        assert changed['model']['backbone'] == plain.values['model']['backbone']
        for key in ('train_dataloader', 'val_dataloader', 'train_cfg', 'param_scheduler'):
            assert changed[key] == plain.values[key]


def test_a_network_needs_no_base_class_for_strategies():
    model = open_config('supervised/quickstart', strategies=['traps', 'amsnet']).model
    model.backbone = dict(type='TinyNet')
    assert MODELS.build(model).predictor.mask_scheme.num_branches == 2
