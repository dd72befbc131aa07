"""What a training would refuse after its log was written is refused before."""

from __future__ import annotations

import pytest
import torch
from strategy_runs import NETWORKS, settings_of

from mmrestore import apis
from mmrestore.batch_transforms import TeacherTarget
from mmrestore.config import open_config
from mmrestore.datasets.concat_dataset import ConcatDataset, dataset_names
from mmrestore.engine.stages import read_stages, try_later
from mmrestore.engine.trial import try_training
from mmrestore.evaluation import PSNR, SSIM
from mmrestore.evaluation.result_names import result_names
from mmrestore.structures import DataSample

PATCH = 'train_dataloader.dataset.pipeline.patch.size'
BACKBONE = {'model.backbone': dict(_delete_=True, **NETWORKS['NAFNet'])}


def tried(config):
    try_training(config, load_from=None, resume=False)


def opened(strategies=(), **overrides):
    settings = {key.replace('__', '.'): value for key, value in overrides.items()}
    return open_config('supervised/quickstart', {**BACKBONE, **settings}, strategies)


@pytest.mark.parametrize(
    ('strategies', 'network', 'size', 'fits'),
    [
        (['amsnet'], 'DnCNN', 64, 65),
        (['amsnet'], 'SwinIR', 64, 80),
        (['apbsn'], 'ATBSN', 128, 140),
        (['neighbor2neighbor'], 'SwinIR', 40, 48),
        ([], 'SwinIR', 60, 64),
    ],
)
def test_the_next_size_that_fits_is_named(strategies, network, size, fits):
    backbone = {'model.backbone': dict(_delete_=True, **NETWORKS[network])}
    config = open_config('supervised/quickstart', {**backbone, PATCH: size}, strategies)
    message = rf'{PATCH} is {size}; the next size that fits is {fits}$'
    with pytest.raises(ValueError, match=message):
        tried(config)
    config.train_dataloader.dataset.pipeline.patch.size = fits
    tried(config)


def test_nothing_is_written_before_it(tmp_path):
    with pytest.raises(ValueError, match='next size that fits is'):
        apis.train('supervised/quickstart', strategies=['amsnet'], work_dir=tmp_path / 'run')
    assert not (tmp_path / 'run').exists()


@pytest.mark.parametrize(
    ('strategies', 'overrides', 'message'),
    [
        (
            ['traps'],
            dict(default_hooks__shuffle_schedule__transform='shufle'),
            r'^default_hooks\.shuffle_schedule: no batch transform .* Did you mean shuffle',
        ),
        (
            ['traps'],
            dict(model__data_preprocessor__batch_transforms__shuffle=None),
            r"^default_hooks\.shuffle_schedule: no batch transform is called 'shuffle'",
        ),
        (['traps'], dict(default_hooks__shuffle_schedule__stop=1.5), 'a share .* got 1.5'),
        (
            [],
            dict(default_hooks__ramp=dict(type='ConsistencyRampHook')),
            r'^default_hooks\.ramp: ConsistencyRampHook needs a PairRestorer, got Restorer',
        ),
        (
            [],
            dict(custom_hooks=[dict(type='MaskRatioScheduleHook', mask='a', points=[(0, 0.5)])]),
            r"^custom_hooks\.0: no mask is called 'a'",
        ),
        (
            [],
            dict(default_hooks__teacher=dict(type='TeacherUpdateHook', interval=2)),
            r"^default_hooks\.teacher: no batch transform is called 'teacher'",
        ),
        (
            [],
            dict(custom_hooks=[dict(type='BatchTransformScheduleHook')]),
            r'^custom_hooks\.0: BatchTransformScheduleHook needs transform, which',
        ),
        (
            [],
            dict(default_hooks__checkpoint__save_best='embedded/PSNR,embedded/SSIM'),
            r'It gives: embedded/PSNR, embedded/SSIM, embedded/PSNR_of_input; several keys',
        ),
        ([], dict(default_hooks__checkpoint__save_best='embeded/PSNR'), 'mean embedded/PSNR'),
        ([], dict(default_hooks__checkpoint__save_best='PSNR'), "save_best='PSNR', but a valid"),
        ([], dict(default_hooks__checkpoint__interval=0), r'^default_hooks\.checkpoint: interval'),
        ([], dict(val_evaluator__metrics=[dict(type='PSNR', of='inputs')]), "got 'inputs'"),
        (
            [],
            dict(train_cfg=dict(_delete_=True, type='IterBasedTrainLoop', max_iters=4)),
            'CheckpointHook counts epochs but the loop iterations',
        ),
    ],
)
def test_hooks_refuse_a_training_before_it_begins(strategies, overrides, message):
    with pytest.raises((ValueError, TypeError), match=message) as error:
        tried(opened(strategies, **overrides))
    assert '\n' not in str(error.value)


def test_hooks_that_are_right_are_left_alone():
    hooks = [dict(type='EMAHook', momentum=0.1, priority='NORMAL')]
    best = ['embedded/PSNR', 'embedded/SSIM']
    tried(opened(['traps'], custom_hooks=hooks, default_hooks__checkpoint__save_best=best))
    tried(opened(val_dataloader=None))  # save_best is then of no use, and no mistake


@pytest.mark.parametrize(
    ('network', 'overrides', 'message'),
    [
        (dict(type='DnCNN', in_channels=1, num_layers=3), {}, 'images of 1 channels, got 3'),
        (
            dict(type='EDSR', channels=4, num_blocks=1),
            {},
            r'EDSR of scale 4 makes images of \(256, 256\) .* the targets have \(64, 64\)',
        ),
    ],
)
def test_networks_that_do_not_fit_the_data(network, overrides, message):
    settings = {'model.backbone': dict(_delete_=True, **network), **overrides}
    with pytest.raises(ValueError, match=message):
        tried(open_config('supervised/quickstart', settings))


def test_clean_images_have_the_size_of_the_restored_ones(tmp_path):
    settings = settings_of(['adversarial'], NETWORKS['NAFNet'], tmp_path)
    clean = settings['train_dataloader.dataset']['clean']
    clean['pipeline'] = {**clean['pipeline'], 'patch': dict(type='RandomCrop', size=48)}
    config = open_config('supervised/quickstart', {**BACKBONE, **settings}, ['adversarial'])
    with pytest.raises(ValueError, match=r'clean images are \(3, 48, 48\) .* \(3, 32, 32\)'):
        tried(config)
    config.train_dataloader.dataset.clean.pipeline.patch.size = 32
    tried(config)


def test_later_stages_are_tried_before_the_first(tmp_path):
    (tmp_path / 'first.py').write_text("_base_ = 'mmrestore::supervised/quickstart.py'\n")
    (tmp_path / 'second.py').write_text(
        "_base_ = ['mmrestore::supervised/quickstart.py',\n"
        "    'mmrestore::_base_/strategies/amsnet.py']\n"
    )
    both = tmp_path / 'both.py'
    both.write_text(
        "stages = dict(first=dict(config='first.py'),\n"
        "    second=dict(config='second.py', takes=dict(first='load_from')))\n"
    )
    with pytest.raises(ValueError, match=f'{PATCH} is 64; the next size that fits is 80'):
        try_later(read_stages(open_config(both)))


def test_a_teacher_is_tried_without_its_file():
    net = dict(type='ATBSN', channels=4)
    teacher = TeacherTarget(net, checkpoint='none.pth', shifts=[0, 1], padding=16)
    _, sample = teacher.dry_run(torch.rand(2, 3, 32, 64), DataSample())
    assert sample.gt_img.shape == (2, 2, 3, 32, 64)
    with pytest.raises(ValueError, match='the teacher needs sides'):
        teacher.dry_run(torch.rand(2, 3, 33, 64), DataSample())
    large = TeacherTarget(dict(type='EDSR', channels=4), checkpoint='none.pth', padding=0)
    assert large.dry_run(torch.rand(1, 3, 5, 6), DataSample())[1].gt_img.shape == (1, 3, 20, 24)


def test_names_of_results():
    class Named:
        def __init__(self, *names):
            self.metainfo = dict(name=names[0]) if len(names) == 1 else dict(name='', names=names)

        def __len__(self):
            return 1

    names = dataset_names(ConcatDataset(dict(a=Named('x'), b=Named('c/1', 'c/2'), d=['image'])))
    assert names == ['x', 'c/1', 'c/2', 'd']
    assert result_names([PSNR(datasets=['d']), SSIM(name='s')], names[2:]) == [
        'd/PSNR',
        'c/2/s',
        'd/s',
    ]
    assert result_names([PSNR(), object()], names) is None
    assert result_names([PSNR()], dataset_names(['image'])) is None
