"""Orders of batch transforms and masks that cannot be right are refused when they are built."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from mmrestore.models import DataPreprocessor
from mmrestore.models.batch_transform import BatchTransform, PlainCallable, stated_by
from mmrestore.registry import BATCH_TRANSFORMS, MODELS

NOISE = dict(type='GaussianNoise', sigma=25)
TARGET = dict(type='NoisyTarget')
SMALL = dict(type='BicubicDownsample', scale=2)
SUBIMAGES = dict(type='PixelDownsample', stride=2)
SHUFFLE = dict(type='IntraPatchPixelShuffle')
RECHARGE = dict(type='Recharge')
BLUR = dict(type='GaussianBlur', std=1)
SCREEN = dict(type='ScreenPhotograph')
HIDING = [
    dict(type='PixelMask'),
    dict(type='RandomPixelMask', ratio=0.5),
    dict(type='BlindSpotMask'),
]


def teacher(shifts=None):
    net = dict(type='ATBSN', channels=4)
    return dict(type='TeacherTarget', backbone=net, checkpoint='none.pth', shifts=shifts)


def preprocessor(**transforms):
    return DataPreprocessor(batch_transforms=transforms)


@pytest.mark.parametrize('mask', HIDING, ids=lambda mask: mask['type'])
@pytest.mark.parametrize('later', [TARGET, teacher(), SCREEN], ids=lambda later: later['type'])
def test_targets_are_made_before_pixels_are_hidden(mask, later):
    with pytest.raises(ValueError, match="after 'mask' has hidden pixels: put 'later' before"):
        preprocessor(noise=NOISE, mask=mask, later=later)
    preprocessor(noise=NOISE, later=later, mask=mask)


def test_recharging_needs_several_targets():
    message = "'recharge' needs several targets .* TeacherTarget with two or more shifts"
    for before in ({}, dict(noise=NOISE), dict(teacher=teacher()), dict(teacher=teacher([3]))):
        with pytest.raises(ValueError, match=message):
            preprocessor(**before, recharge=RECHARGE)
    with pytest.raises(ValueError, match=message):
        preprocessor(recharge=RECHARGE, teacher=teacher([0, 1]))
    preprocessor(noise=NOISE, teacher=teacher([0, 1]), recharge=RECHARGE)


def test_targets_are_made_once():
    message = "'second' discards the targets that 'first' makes: leave one .* first=None or second"
    for first, second in ((TARGET, teacher()), (teacher([0, 1]), TARGET), (TARGET, TARGET)):
        with pytest.raises(ValueError, match=message):
            preprocessor(noise=NOISE, first=first, second=second)
        preprocessor(noise=NOISE, first=None, second=second)


@pytest.mark.parametrize('later', [SHUFFLE, SUBIMAGES, HIDING[0], HIDING[2]])
def test_small_inputs_and_large_targets_do_not_fit_what_needs_equal_sizes(later):
    with pytest.raises(ValueError, match="after 'small' targets are 2 times as large: it is not"):
        preprocessor(small=SMALL, noise=NOISE, later=later)
    preprocessor(small=SMALL, target=TARGET, later=later)
    preprocessor(noise=NOISE, later=later)


@pytest.mark.parametrize('second', HIDING, ids=lambda mask: mask['type'])
@pytest.mark.parametrize('first', HIDING, ids=lambda mask: mask['type'])
def test_one_mask_hides_pixels(first, second):
    with pytest.raises(
        ValueError, match=r"'first' and 'second' both hide pixels.*first=None or se"
    ):
        preprocessor(first=first, target=None, second=second)


@pytest.mark.parametrize('worse', [NOISE, BLUR, SCREEN, dict(type='CameraNoise')])
def test_inputs_are_degraded_before_they_become_targets_and_before_pixels_are_hidden(worse):
    with pytest.raises(
        ValueError, match=r"degrades the inputs after 'target' .* put 'worse' befor"
    ):
        preprocessor(target=TARGET, worse=worse)
    with pytest.raises(ValueError, match="after 'mask' has hidden pixels: put 'worse' before"):
        preprocessor(mask=HIDING[0], worse=worse)
    preprocessor(worse=worse, target=TARGET, mask=HIDING[0])
    preprocessor(teacher=teacher(), worse=NOISE)  # whose targets are not the inputs


def test_images_are_taken_apart_once():
    with pytest.raises(ValueError, match="'first' and 'second' both take images apart"):
        preprocessor(first=SUBIMAGES, second=dict(SUBIMAGES, mosaic=True))


def test_orders_of_the_strategies_are_right():
    preprocessor(noise=NOISE, shuffle=SHUFFLE, target=TARGET, subimages=SUBIMAGES, mask=HIDING[0])
    preprocessor(noise=NOISE, mask=HIDING[1], shuffle=SHUFFLE)


@BATCH_TRANSFORMS.register_module()
class MakesFourTargets:
    """A plugin without the base class."""

    prepared = False

    def __call__(self, inputs, data_samples):
        samples = data_samples.new()
        samples.gt_img = inputs.unsqueeze(1).expand(-1, 4, -1, -1, -1)
        return inputs, samples

    def prepare(self):
        self.prepared = True


def test_plain_callables_are_batch_transforms_of_which_nothing_is_assumed():
    built = preprocessor(four=dict(type='MakesFourTargets'), recharge=RECHARGE)
    four = built.batch_transforms['four']
    assert type(four) is MakesFourTargets
    stated = stated_by(four)
    assert isinstance(stated, PlainCallable) and not stated.hides_pixels
    stated.prepare()
    assert four.prepared
    data = built.transform(torch.rand(2, 3, 4, 4), built_samples())
    assert data['data_samples'].gt_img.shape == (2, 4, 3, 4, 4)
    four.hides_pixels = True
    assert stated_by(four).hides_pixels
    own = stated_by(built.batch_transforms['recharge'])
    assert isinstance(own, BatchTransform) and own.needs_several_targets
    assert stated_by(lambda inputs, samples: (inputs, samples)).ratio is None


def built_samples():
    from mmrestore.structures import DataSample

    return DataSample()


# Masks of training and of the test


PIXELS = dict(pixels=dict(type='PixelDownsampled', stride=2))


def restorer(mask=None, transforms=None, **options):
    if mask is not None:
        transforms = dict(mask=dict(type='PixelMask', **mask))
    cfg = dict(
        type='Restorer',
        backbone=dict(type='TinyNet'),
        losses=dict(pixel=dict(type='L1Loss')),
        data_preprocessor=dict(batch_transforms=transforms or {}),
    )
    return MODELS.build(cfg | options)


def masks(**options):
    return dict(masks=dict(type='ComplementaryMasks', **options))


@pytest.mark.parametrize(('at_test', 'fits'), [({}, False), (dict(num_branches=4), True)])
def test_masks_of_training_and_test_are_of_one_scheme(at_test, fits):
    decorated = masks(**at_test) | dict(pad=dict(type='Pad'))
    if fits:
        restorer(dict(num_branches=4), inference=decorated)
        restorer(training_decorators=decorated, inference=decorated)
        return
    message = 'training have num_branches=4, per_channel=False, those of the test num_branches=2'
    with pytest.raises(ValueError, match=message):
        restorer(dict(num_branches=4), inference=decorated)
    with pytest.raises(ValueError, match=message):
        restorer(training_decorators=masks(num_branches=4), inference=decorated)
    with pytest.raises(ValueError, match='per_channel=True, those of the test'):
        restorer(dict(per_channel=True), inference=decorated)


def test_pixels_are_hidden_once():
    with pytest.raises(ValueError, match=r"'mask' and .* both hide .*batch_transforms\.mask=None"):
        restorer({}, training_decorators=masks())
    with pytest.raises(ValueError, match=r"'mask' and .* both hide .*batch_transforms\.mask=None"):
        restorer(transforms=dict(mask=HIDING[2]), training_decorators=masks())
    with pytest.raises(ValueError, match=r"'sub' and .* both take images apart .*sub=None"):
        restorer(transforms=dict(sub=SUBIMAGES), training_decorators=PIXELS)
    restorer({})  # tested without masks
    restorer(training_decorators=masks() | PIXELS)
    with pytest.raises(ValueError, match='two ComplementaryMasks hide pixels of one network'):
        restorer({}, inference=masks() | dict(more=dict(type='ComplementaryMasks')))
    with pytest.raises(ValueError, match='two PixelDownsampled take images apart'):
        restorer({}, inference=PIXELS | dict(more=PIXELS['pixels']))


def test_masks_at_test_need_a_training_with_masks():
    message = 'masks at test, num_branches=2, per_channel=False, need a network that was trained'
    with pytest.raises(ValueError, match=message):
        restorer(inference=masks())
    with pytest.raises(ValueError, match=message):
        restorer(transforms=dict(mask=HIDING[1]), inference=masks())
    restorer(
        transforms=dict(own=dict(type='MakesFourTargets')), inference=masks()
    )  # it may hide pixels
    restorer({}, inference=masks())


def test_margins_do_not_show_hidden_pixels():
    with pytest.raises(ValueError, match='margin=16 of Pad shows ComplementaryMasks the pixels'):
        restorer({}, inference=masks() | dict(pad=dict(type='Pad', margin=16)))
    restorer({}, inference=masks() | dict(pad=dict(type='Pad')))


@pytest.mark.parametrize(
    ('transforms', 'network', 'fits'),
    [
        (dict(small=SMALL), dict(type='DnCNN', num_layers=3), False),
        (dict(small=SMALL, noise=NOISE), dict(type='EDSR', channels=4, num_blocks=1), False),
        (dict(small=SMALL), dict(type='EDSR', channels=4, num_blocks=1, scale=2), True),
        (dict(shuffle=SHUFFLE, small=SMALL), dict(type='EDSR', channels=4, scale=2), True),
        (dict(small=SMALL, target=TARGET), dict(type='NBSN', channels=4), None),
        (dict(screen=SCREEN), dict(type='EDSR', channels=4, num_blocks=1), False),
    ],
)
def test_targets_have_the_size_of_the_output(transforms, network, fits):
    if fits:
        restorer(transforms=transforms, backbone=network)
        return
    message = 'has scale .*, but .* goes with targets' if fits is False else 'sees the pixels of'
    with pytest.raises(ValueError, match=message):
        restorer(transforms=transforms, backbone=network)


def test_pairs_take_no_weight():
    cfg = dict(
        type='PairRestorer',
        sampler=dict(type='AdjacentPixelSampler'),
        losses=dict(reconstruction=dict(type='L1Loss'), consistency=dict(type='L1Loss')),
    )
    with pytest.raises(
        ValueError, match=r"'mask' makes a weight .* pairs .*batch_transforms\.mask=None"
    ):
        restorer({}, **cfg)
    restorer(**cfg)


def test_a_model_is_built_after_importing_the_package_only():
    code = (
        'import mmrestore\n'
        'from mmrestore.registry import MODELS\n'
        'noise = dict(type="GaussianNoise", sigma=25)\n'
        'model = MODELS.build(dict(type="Restorer", backbone=dict(type="DnCNN", num_layers=3),\n'
        '    losses=dict(pixel=dict(type="L1Loss")), inference=dict(pad=dict(type="Pad")),\n'
        '    data_preprocessor=dict(batch_transforms=dict(noise=noise))))\n'
        'print(type(model.data_preprocessor).__name__, list(model.batch_transforms))\n'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert done.stdout == "DataPreprocessor ['noise']\n", done.stderr
