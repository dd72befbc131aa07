"""The data preprocessor and the restorer."""

from __future__ import annotations

import copy

import pytest
import torch
from mmengine.registry import init_default_scope
from tiny_components import TinyImages

from mmrestore.datasets.collate import collate
from mmrestore.functional import pixel_downsample, pixel_upsample
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.models.backbones.base import facts
from mmrestore.models.data_preprocessor import DataPreprocessor
from mmrestore.models.inference import InferenceDecorator
from mmrestore.registry import INFERENCE, MODELS
from mmrestore.structures import DataSample


@INFERENCE.register_module()
class WidensMultiple(InferenceDecorator):
    """A decorator for images whose sides are multiples of 4."""

    def __init__(self, net):
        super().__init__(net)
        self.size_multiple = 4

    def __call__(self, x):
        assert x.shape[-1] % 4 == 0
        return self.net(x)


@INFERENCE.register_module()
class Doubled(InferenceDecorator):
    """A decorator that enlarges images."""

    def __init__(self, net):
        super().__init__(net)
        self.scale = 2


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmrestore')


def batch(pair: bool = True, size: int = 6) -> dict:
    data = TinyImages(pair=pair, size=size)
    return collate([data[0], data[1]])


def restorer(**options):
    cfg = dict(
        type='Restorer',
        backbone=dict(type='TinyNet', dropout=0.0),
        losses=dict(pixel=dict(type='L1Loss'), square=dict(type='MSELoss', loss_weight=2.0)),
    )
    return MODELS.build({**cfg, **options})


@pytest.mark.parametrize(
    ('value', 'dtype', 'expected'),
    [
        (255, torch.uint8, 1.0),
        (65535, torch.uint16, 1.0),
        (51, torch.uint8, 0.2),
        (0.25, torch.float64, 0.25),
    ],
)
def test_every_depth_comes_to_the_unit_range(value, dtype, expected):
    unit = to_unit_range(torch.full((2, 1, 3, 3), value, dtype=dtype))
    assert unit.dtype == torch.float32
    assert torch.allclose(unit, torch.full_like(unit, expected))


def test_other_depths_are_refused():
    with pytest.raises(TypeError, match=r'torch\.int32'):
        to_unit_range(torch.zeros(1, dtype=torch.int32))


def test_a_bare_network_is_saved_once():
    names = list(restorer().state_dict())
    assert names and all(name.startswith('backbone.') for name in names)


def test_batch_transforms_act_in_training_only_and_in_order():
    noise = dict(noise=dict(type='TinyNoise'))
    preprocessor = DataPreprocessor(batch_transforms=noise)
    data = batch()
    clean = data['inputs'] / 255
    tested = preprocessor(copy.deepcopy(data), training=False)
    assert torch.allclose(tested['inputs'], clean)
    trained = preprocessor(copy.deepcopy(data), training=True)
    assert 0.05 < (trained['inputs'] - clean).std() < 0.15
    preprocessor.switch('noise', on=False)
    assert not preprocessor.is_on('noise')
    assert torch.allclose(preprocessor(copy.deepcopy(data), training=True)['inputs'], clean)
    preprocessor.switch('noise', on=True)
    assert preprocessor.is_on('noise')


def test_an_image_without_target_is_its_own_in_training():
    preprocessor = DataPreprocessor(batch_transforms=dict(noise=dict(type='TinyNoise')))
    out = preprocessor(batch(pair=False), training=True)
    assert not torch.equal(out['inputs'], out['data_samples'].gt_img)
    assert torch.allclose(out['data_samples'].gt_img, batch(pair=False)['inputs'] / 255)
    assert 'gt_img' not in preprocessor(batch(pair=False), training=False)['data_samples']


def test_an_unknown_transform_is_answered_with_near_ones():
    preprocessor = DataPreprocessor(batch_transforms=dict(shuffle=dict(type='TinyNoise')))
    with pytest.raises(ValueError, match=r"'shufle'. Did you mean shuffle"):
        preprocessor.switch('shufle', on=False)


def test_losses_are_named_weighted_and_summed():
    model = restorer()
    data = model.data_preprocessor(batch(), training=True)
    losses = model(**data, mode='loss')
    residual = model.backbone(data['inputs']) - data['data_samples'].gt_img
    assert losses.keys() == {'loss_pixel', 'loss_square'}
    assert torch.allclose(losses['loss_pixel'], residual.abs().mean())
    assert torch.allclose(losses['loss_square'], 2 * residual.square().mean())


def test_predictions_are_clamped_and_carry_their_facts():
    model = restorer().eval()
    torch.nn.init.constant_(model.backbone.last.bias, 5.0)
    samples = model.val_step(batch())
    assert [s.path for s in samples] == ['0.png', '1.png']
    assert all(s.pred_img.max() == 1 for s in samples)
    assert all(s.gt_img.shape == s.pred_img.shape == (3, 6, 6) for s in samples)


def test_inference_decorators_act_at_test_only():
    model = restorer(inference=dict(self_ensemble=dict(type='SelfEnsemble'))).eval()
    data = model.data_preprocessor(batch())
    single = model(data['inputs'], mode='tensor')
    averaged = torch.stack([s.pred_img for s in model(**data, mode='predict')])
    assert not torch.allclose(single.clamp(0, 1), averaged, atol=1e-4)


def test_the_network_is_not_held_twice():
    model = restorer(inference=dict(self_ensemble=dict(type='SelfEnsemble')))
    assert {name.split('.')[0] for name, _ in model.named_parameters()} == {'backbone'}
    twin = copy.deepcopy(model)
    twin.backbone.last.weight.data.zero_()
    twin.backbone.last.bias.data.zero_()
    x = torch.rand(1, 3, 6, 6)
    assert torch.allclose(twin.predictor(x), x, atol=1e-6), 'a copy predicts with its own network'


def test_patches_and_channels_that_do_not_fit_are_named():
    model = restorer()
    model.backbone.size_multiple = 4
    with pytest.raises(ValueError, match=r'multiples of 4, got \(6, 6\)'):
        model(**model.data_preprocessor(batch(), training=True), mode='loss')
    model.backbone.in_channels = 1
    with pytest.raises(ValueError, match='images of 1 channels, got 3'):
        model.val_step(batch())


def test_training_goes_through_its_decorators_and_prediction_does_not():
    """The loss of fine-tuning: all branches on sub-images, compared with the noisy image."""
    decorators = dict(
        masks=dict(type='ComplementaryMasks'), downsample=dict(type='PixelDownsampled', stride=5)
    )
    losses = dict(pixel=dict(type='L1Loss'), smooth=dict(type='SmoothnessLoss', loss_weight=0.1))
    model = restorer(training_decorators=decorators, losses=losses)
    data = model.data_preprocessor(batch(pair=False, size=15), training=True)
    inputs = data['inputs']
    torch.manual_seed(0)
    found = model(**data, mode='loss')
    torch.manual_seed(0)
    branches = torch.randint(2, (50, 1, 3, 3))
    sub_images = pixel_downsample(inputs, 5)
    zero = torch.zeros(())
    outputs = [model.backbone(torch.where(branches == k, zero, sub_images)) for k in (0, 1)]
    y = pixel_upsample(torch.where(branches == 0, *outputs), 5)
    steps = [y.diff(dim=2)[..., :-1], y.diff(dim=3)[..., :-1, :]]
    length = (steps[0] ** 2 + steps[1] ** 2 + 1e-6).sqrt()
    torch.testing.assert_close(found['loss_pixel'], (y - inputs).abs().mean())
    torch.testing.assert_close(found['loss_smooth'], 0.1 * length.mean())
    expected = (y - inputs).abs().mean() + 0.1 * length.mean()
    parameters = [*model.parameters()]
    gradients = torch.autograd.grad(sum(found.values()), parameters)
    for gradient, other in zip(gradients, torch.autograd.grad(expected, parameters), strict=True):
        torch.testing.assert_close(gradient, other)
    assert model(inputs).equal(model.backbone(inputs))
    assert model.predict(inputs)[0].pred_img.equal(model.backbone(inputs)[0].clamp(0, 1))
    assert model.state_dict().keys() == restorer().state_dict().keys()
    twin = copy.deepcopy(model)
    assert twin.trained.net.net is twin.backbone


def test_patches_fit_the_network_as_it_trains():
    decorated = restorer(training_decorators=dict(wide=dict(type='WidensMultiple')))
    with pytest.raises(ValueError, match=r'multiples of 4, got \(6, 6\)'):
        decorated(**decorated.data_preprocessor(batch(), training=True), mode='loss')
    parts = dict(wide=dict(type='WidensMultiple'), pad=dict(type='Pad'))
    padded = restorer(training_decorators=parts)
    padded(**padded.data_preprocessor(batch(), training=True), mode='loss')


def test_training_decorators_keep_the_size():
    with pytest.raises(ValueError, match='must keep the scale of TinyNet, 1, got 2'):
        restorer(training_decorators=dict(doubled=dict(type='Doubled')))


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="'tensor', 'loss' or 'predict', got 'los'"):
        restorer()(torch.zeros(1, 3, 4, 4), DataSample(), mode='los')


def test_a_compiled_network_keeps_its_names():
    keys = restorer().state_dict().keys()
    assert restorer(compile=True).state_dict().keys() == keys


def test_options_of_compiling_reach_it():
    with pytest.raises(TypeError, match='dinamic'):
        restorer(compile=True, compile_options=dict(dinamic=True))


def test_one_compiled_program_serves_all_sizes():
    """The counter counts programs; the backend runs them as they are."""
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    eager, compiled = (
        restorer(),
        restorer(compile=True, compile_options=dict(backend='eager', dynamic=True)),
    )
    compiled.load_state_dict(eager.state_dict())
    for size in ((8, 12), (20, 8), (16, 16), (4, 40)):
        x = torch.rand(1, 3, *size, generator=torch.manual_seed(0))
        expected, found = (net(x, mode='predict')[0].pred_img for net in (eager, compiled))
        torch.testing.assert_close(found, expected)
    assert torch._dynamo.utils.counters['stats']['unique_graphs'] == 1


def test_a_test_in_bfloat16_is_near_one_in_float32():
    net = MODELS.build(
        dict(type='Restorer', backbone=dict(type='DnCNN', channels=8, num_layers=3), losses={})
    )
    x = torch.rand(2, 3, 16, 20, generator=torch.manual_seed(0))
    x = x[:, : facts(net.backbone).in_channels]
    exact = torch.stack([s.pred_img for s in net(x, mode='predict')])
    net.test_dtype = torch.bfloat16
    found = torch.stack([s.pred_img for s in net(x, mode='predict')])
    assert found.dtype == torch.float32
    assert 0 < (found - exact).abs().mean() < 0.01


def test_a_type_that_no_network_computes_in_is_refused():
    with pytest.raises(ValueError, match='expected a dtype of float32, bfloat16, float16, got'):
        restorer(test_dtype='float64')
