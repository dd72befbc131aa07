"""Reference-free metrics that run the network again."""

from __future__ import annotations

import pytest
import torch
from strategy_runs import NETWORKS, small_run, write_weights

from mmrestore.evaluation import BestStrength, EstimatedGain
from mmrestore.evaluation.estimated_gain import NetworkMetric
from mmrestore.functional.strength import gain_at_full_strength, witnesses_of
from mmrestore.registry import METRICS


def noisy(num: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return 0.5 + 0.05 * torch.randn(num, 3, 64, 64, generator=generator)


def part(share: float):
    """A network that removes a share of the noise on gray."""
    return lambda x: x + share * (0.5 - x)


def measured(metric: NetworkMetric, network) -> float:
    x = noisy()
    metric.network = network
    metric.process({'inputs': x}, [dict(pred_img=y, dataset='a') for y in network(x)])
    (value,) = metric.evaluate(len(x)).values()
    return value


def test_a_share_of_the_noise_has_the_inverse_strength():
    # Measured by itself a network has less noise than there is, by its share.
    assert measured(BestStrength(), part(0.5)) == pytest.approx(0.5, rel=1e-3)

    def reference(x):
        return torch.full_like(x, 0.5)

    for share in (0.25, 0.5, 1.0):
        metric = BestStrength()
        metric.reference = reference
        assert measured(metric, part(share)) == pytest.approx(1 / share, rel=1e-3)
        gain = EstimatedGain()
        gain.reference = reference
        assert measured(gain, part(share)) == pytest.approx(share**2 * (3 / share - 1), rel=1e-3)
    assert measured(EstimatedGain(), torch.clone) == 0  # nothing is changed


def test_harmful_networks_score_low():
    metric = EstimatedGain()
    metric.reference = part(1.0)
    assert measured(metric, lambda x: x + 0.2) < -1


def test_values_equal_the_function(tmp_path):
    reference = dict(backbone=NETWORKS['NBSN'])
    reference['checkpoint'] = write_weights(NETWORKS['NBSN'], tmp_path / 'a.pth')
    metric = METRICS.build(dict(type='EstimatedGain', reference=reference, seed=3))
    found = [witnesses_of(x, part(0.7), reference=metric.reference, seed=3) for x in noisy()]
    expected = sum(map(gain_at_full_strength, found)) / 2
    assert measured(metric, part(0.7)) == pytest.approx(expected)


def test_without_a_network_it_says_what_to_do():
    with pytest.raises(ValueError, match='BestStrength needs the network, but none is set'):
        BestStrength().process({'inputs': noisy(1)}, [dict(pred_img=noisy(1)[0])])


def test_in_a_training_run(tmp_path):
    overrides = {
        'val_evaluator': dict(
            _delete_=True,
            type='Evaluator',
            metrics=[dict(type='BestStrength'), dict(type='EstimatedGain')],
        ),
        'val_dataloader': dict(
            _delete_=True,
            batch_size=1,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            dataset=dict(
                type='EmbeddedPhotographs',
                split='test',
                pipeline=[
                    dict(type='LoadImage'),
                    dict(type='CenterCrop', size=64),
                    dict(type='PackInputs'),
                ],
            ),
        ),
    }
    runner = small_run([], 'NBSN', tmp_path, overrides)
    metrics = runner.val()
    assert len(metrics) == 2
    values = {name.split('/')[-1]: value for name, value in metrics.items()}
    images = [runner.val_dataloader.dataset[i]['inputs'] / 255 for i in range(2)]
    assert len(images) == 2 and values['BestStrength'] >= 0

    def network(x):
        return torch.stack([s.pred_img for s in runner.network.eval().predict(x)])

    dataset = runner.val_dataloader.dataset
    with torch.no_grad():
        found = [witnesses_of(dataset[i]['inputs'] / 255, network) for i in range(len(dataset))]
    expected = sum(each.pass_estimate for each in found) / len(found)
    assert values['BestStrength'] == pytest.approx(expected, rel=1e-4)
