"""Every config: known names, a network that can be built, as many parameters as is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml

from mmrestore.analysis.comparing import read_experiment
from mmrestore.apis import init_restorer
from mmrestore.config import check_config, open_config
from mmrestore.engine.stages import read_stages
from mmrestore.models.restorers.gan_restorer import ADVERSARIAL as ADVERSARIAL_LOSS
from mmrestore.registry import MODELS

CONFIGS = Path(__file__).parents[1] / 'configs'
RUNNABLE = sorted(p for p in CONFIGS.glob('*/*.py') if p.parent.name != '_base_')
IN_STAGES = [p for p in RUNNABLE if 'stages' in open_config(p)]
LEAVES = [p for p in RUNNABLE if p not in IN_STAGES]
ADVERSARIAL = [p for p in LEAVES if open_config(p).model.type == 'GANRestorer']
NETWORKS = sorted(CONFIGS.glob('_base_/models/*.py'))
METAFILES = sorted(CONFIGS.glob('*/metafile.yml'))


def name(path):
    return str(path.relative_to(CONFIGS))


def degraded_side(config):
    """Return the data set of the inputs, which unpaired training has beside one of clean images."""
    dataset = config.train_dataloader.dataset
    return dataset.degraded if dataset.type == 'UnpairedDataset' else dataset


def input_size(config):
    """Return the side of the images that the batch transforms hand to the network."""
    side = degraded_side(config).pipeline.patch.size
    transforms = config.model.get('data_preprocessor', {}).get('batch_transforms') or {}
    for transform in filter(None, transforms.values()):
        if transform.type == 'BicubicDownsample':
            assert side % transform.scale == 0
            side //= transform.scale
        elif transform.type == 'ScreenPhotograph':
            assert transform.size <= side
            side = transform.size
        elif transform.type == 'PixelDownsample':
            assert side % transform.stride == 0
            tiles = 2 * transform.stride * transform.get('padding', 2)
            side = side + tiles if transform.get('mosaic') else side // transform.stride
    return side


@pytest.mark.parametrize('path', LEAVES, ids=name)
def test_names_are_known_and_the_network_fits_the_patches(path, recwarn):
    config = open_config(path)
    check_config(config)
    assert not [w for w in recwarn if 'nothing reads' in str(w.message)]
    with torch.device('meta'):
        net = MODELS.build(config.model.backbone)
    assert input_size(config) % net.size_multiple == 0
    image = degraded_side(config).pipeline.get('image') or {}
    gray = image.get('color') == 'gray'
    assert net.in_channels == (1 if gray else 3)


@pytest.mark.parametrize('path', ADVERSARIAL, ids=name)
def test_a_discriminator_sees_restored_and_clean_images_of_one_size(path):
    config = open_config(path)
    with torch.device('meta'):
        net = MODELS.build(config.model.backbone)
        discriminator = MODELS.build(config.model.discriminator)
        side = config.train_dataloader.dataset.clean.pipeline.patch.size
        assert side == net.scale * input_size(config)
        assert discriminator(torch.rand(2, 3, side, side)).shape[:2] == (2, 1)


@pytest.mark.parametrize('path', ADVERSARIAL, ids=name)
def test_a_second_stage_begins_as_its_teacher(path):
    config = open_config(path)
    teacher = config.model.data_preprocessor.batch_transforms.get('teacher')
    if teacher is None:  # SRGAN has pairs
        assert path.stem in ('srgan', 'srgan_mse')
        return
    with torch.device('meta'):
        networks = [MODELS.build(c) for c in (teacher.backbone, config.model.backbone)]
    shapes = [{k: v.shape for k, v in net.state_dict().items()} for net in networks]
    assert shapes[0] == shapes[1]
    assert teacher.checkpoint == config.load_from and teacher.padding == 0


@pytest.mark.parametrize('path', IN_STAGES, ids=name)
def test_stages_are_configs_that_take_what_there_is(path):
    assert read_stages(open_config(path))


@pytest.mark.parametrize('path', NETWORKS, ids=name)
def test_base_configs_say_how_many_parameters_they_have(path):
    with torch.device('meta'):
        net = MODELS.build(open_config(path).model.backbone)
    count = sum(p.numel() for p in net.parameters())
    assert f'{count:,} parameters' in path.read_text().replace('\n# ', ' ')


@pytest.mark.parametrize('path', METAFILES, ids=name)
def test_metafiles_tell_the_truth(path):
    content = yaml.safe_load(path.read_text())
    collections = [c['Name'] for c in content['Collections']]
    for model in content['Models']:
        assert model['In Collection'] in collections
        config = open_config(CONFIGS.parent / model['Config'])
        with torch.device('meta'):
            net = MODELS.build(config.model.backbone)
        count = sum(p.numel() for p in net.parameters())
        assert count == model['Metadata']['Parameters'], model['Name']


def test_the_index_names_every_metafile():
    imported = yaml.safe_load((CONFIGS.parent / 'model-index.yml').read_text())['Import']
    assert sorted(imported) == [f'configs/{name(path)}' for path in METAFILES]


TWO_STAGE = {  # learning rate, iterations
    'srresnet': (1e-4, 100_000),
    'edsr': (1e-4, 100_000),
    'dmnet': (1e-4, 100_000),
    'srresnet_plus': (1e-4, 10_000),
    'edsr_plus': (1e-4, 10_000),
    'dmnet_plus': (1e-5, 10_000),
    'dncnn_plus': (1e-5, 10_000),
    'red30_plus': (1e-5, 10_000),
    'dncnn_5_stages': (1e-5, 40_000),
    'red30_5_stages': (1e-5, 40_000),
}


@pytest.mark.parametrize('stem', TWO_STAGE)
def test_two_stages_have_the_numbers_of_the_paper(stem):
    config = open_config(CONFIGS / 'two_stage' / f'{stem}.py')
    wrappers = [config.optim_wrapper]
    if config.model.type == 'GANRestorer':
        wrappers = [config.optim_wrapper.backbone, config.optim_wrapper.discriminator]
        assert 'adversarial' not in config.model and ADVERSARIAL_LOSS['loss_weight'] == 1e-3
        squares = config.model.losses.pixel
        assert squares.get('loss', squares).type == 'MSELoss'
    rate, iterations = TWO_STAGE[stem]
    assert all(w.optimizer.type == 'Adam' and w.optimizer.lr == rate for w in wrappers)
    assert all(w.optimizer.betas[0] == 0.9 for w in wrappers)
    assert config.param_scheduler == []
    assert config.train_cfg.max_iters == iterations
    assert config.train_dataloader.total_batch_size == 32
    if 'stages' in stem:
        assert config.default_hooks.teacher_update.interval * 4 == iterations
        # A validation saves a checkpoint too, which would push out those of earlier stages.
        assert config.default_hooks.checkpoint.interval == config.train_cfg.val_interval == 10_000


EXPERIMENTS = sorted((CONFIGS.parent / 'experiments').glob('traps_*/*.py'))


@pytest.mark.parametrize('path', EXPERIMENTS, ids=lambda path: f'{path.parent.name}/{path.stem}')
def test_experiments_of_traps_stop_when_their_arms_say(path):
    experiment = read_experiment(path)
    assert experiment.control == 'none'
    plain = experiment.arms['none'].open(0)
    assert 'shuffle' not in plain.model.data_preprocessor.batch_transforms
    for name in experiment.others:
        config = experiment.arms[name].open(0)
        stop = config.default_hooks.shuffle_schedule.stop
        assert name in (f'stop_{stop}', 'traps')
        assert config.train_cfg.max_epochs == plain.train_cfg.max_epochs
        assert config.model.backbone == plain.model.backbone


def test_traps_is_measured_as_in_the_paper():
    config = open_config('traps/swinir_s')
    assert [metric.type for metric in config.test_evaluator.metrics] == ['PSNR', 'SSIM', 'LPIPS']
    assert [metric.type for metric in config.val_evaluator.metrics] == ['PSNR', 'SSIM']
    gray = open_config('traps/swinir_s_gray')
    assert [metric.type for metric in gray.test_evaluator.metrics] == ['PSNR', 'SSIM']


@pytest.mark.parametrize('folder', ['supervised', 'traps'])
def test_variants_of_traps_and_their_controls(folder):
    fewer = open_config(f'{folder}/swinir_s_gopro_1000')
    assert fewer.train_dataloader.dataset.list_file == 'data/GoPro/train_1000.txt'
    assert list(fewer.val_dataloader.dataset.datasets) == ['gopro_30']
    real = open_config(f'{folder}/swinir_s_real_noise')
    assert list(real.test_dataloader.dataset.datasets) == ['sidd_validation', 'dnd']
    assert all(m.datasets == ['sidd_validation'] for m in real.test_evaluator.metrics), (
        'the boxes of DND have no clean images'
    )
    assert real.model.data_preprocessor.batch_transforms.noise.sigma == 50


@pytest.mark.parametrize('stem', ['dncnn_sidd', 'restormer_sidd'])
def test_supervised_denoisers_of_sidd(stem):
    config = open_config(f'supervised/{stem}')
    assert config.train_dataloader.total_batch_size == config.auto_scale_lr.base_batch_size == 8
    assert config.train_cfg.max_iters == config.param_scheduler[0].T_max == 400_000
    assert not config.model.data_preprocessor.get('batch_transforms'), 'the noise is real'


MASKED = {  # input mask and attention mask
    'swinir': ((0.75, 0.85), 0.75),
    'swinir_80_90': ((0.8, 0.9), 0.75),
    'attention_65': ((0.8, 0.9), 0.65),
    'attention_85': ((0.8, 0.9), 0.85),
    'attention_mask_only': (None, 0.75),
    'input_mask_only': ((0.8, 0.9), None),
    'input_75': (0.75, 0.75),
    'input_85': (0.85, 0.75),
    'input_95': (0.95, 0.75),
    'input_70_80': ((0.7, 0.8), 0.75),
    'input_75_90': ((0.75, 0.9), 0.75),
    'input_75_95': ((0.75, 0.95), 0.75),
    'baseline': (None, None),
    'released': (None, 0.75),
}


@pytest.mark.parametrize('stem', MASKED)
def test_masked_training_has_the_numbers_of_the_paper(stem):
    config = open_config(CONFIGS / 'masked' / f'{stem}.py')
    attachments = config.model.get('attachments') or {}
    masks = [attachments.get(name) for name in ('input_mask', 'attention_mask')]
    assert tuple(mask and mask.ratio for mask in masks) == MASKED[stem]
    assert masks[1] is None or masks[1].in_test
    transforms = config.model.data_preprocessor.batch_transforms
    assert transforms.noise.sigma == 15 and transforms.noise.clip
    loader = config.train_dataloader
    assert (loader.total_batch_size, loader.dataset.pipeline.patch.size) == (64, 64)
    released = stem == 'released'
    assert config.optim_wrapper.optimizer.betas == ((0.9, 0.999) if released else (0.9, 0.99))
    steps = [150_000, 200_000, 300_000, 350_000, 400_000] if released else [100_000, 150_000]
    assert config.param_scheduler[0].milestones == steps
    assert config.train_cfg.max_iters == (400_000 if released else 200_000)
    if released:
        assert list(transforms) == ['noise', 'mask']
        assert (transforms.mask.ratio, transforms.mask.value) == ((0.8, 0.9), -0.1)


@pytest.mark.parametrize('stem', ['swinir', 'baseline', 'released'])
def test_released_files_of_masked_training_load(stem, tmp_path):
    config = open_config(CONFIGS / 'masked' / f'{stem}.py')
    net = MODELS.build(config.model.backbone)
    weights = {k: torch.full_like(v, 0.5) for k, v in net.state_dict().items()}
    official = dict(weights)
    for name in list(weights):
        if name.endswith('relative_position_bias_table'):
            block = name.removesuffix('.attn.relative_position_bias_table')
            official[f'{block}.attn.relative_position_index'] = torch.zeros(64, 64).long()
            if int(block.rsplit('.', 1)[1]) % 2:
                official[f'{block}.attn_mask'] = torch.zeros(64, 64, 64)
    assert len(official) == 386
    torch.save(official, tmp_path / 'input_mask_80_90.pth')
    restorer = init_restorer(config, tmp_path / 'input_mask_80_90.pth', device='cpu')
    loaded = restorer.backbone.state_dict()
    assert all(torch.equal(loaded[k], v) for k, v in weights.items())


@pytest.mark.parametrize(
    ('stem', 'rate', 'steps', 'patch', 'batch'),
    [
        ('apr_rd/apr_atbsn', 3e-4, 400_000, 256, 8),
        ('apr_rd/atbsn', 3e-4, 400_000, 256, 8),
        ('apr_rd/sidd_benchmark_apr', 3e-4, 400_000, 256, 8),
        ('apr_rd/dnd_apr', 3e-4, 400_000, 256, 8),
        ('apr_rd/rd_nbsn', 3e-4, 200_000, 128, 8),
        ('apr_rd/d_nbsn', 3e-4, 200_000, 128, 8),
        ('apr_rd/dnd_rd', 3e-4, 200_000, 128, 8),
        ('apr_rd/d_atbsn', 3e-4, 100_000, 128, 8),
        ('amsnet/restormer_b', 1e-4, 625_000, 160, 4),
        ('apbsn/apbsn', 1e-4, 61_360, 120, 8),
    ],
)
def test_trainings_without_clean_pictures_are_as_published(stem, rate, steps, patch, batch):
    config = open_config(CONFIGS / f'{stem}.py')
    loader = config.train_dataloader
    assert (loader.dataset.pipeline.patch.size, loader.total_batch_size) == (patch, batch)
    assert config.auto_scale_lr.base_batch_size == batch
    assert (config.optim_wrapper.optimizer.lr, config.train_cfg.max_iters) == (rate, steps)
    for scheduler in config.param_scheduler:
        expected = [24_544, 49_088] if stem == 'apbsn/apbsn' else steps
        assert scheduler.get('T_max', scheduler.get('milestones')) == expected


@pytest.mark.parametrize(
    ('stem', 'shifts', 'padding', 'recharged'),
    [('rd_nbsn', 6, 16, True), ('d_nbsn', 6, 16, False), ('d_atbsn', 7, 0, False)],
)
def test_students_learn_from_the_published_blind_spots(stem, shifts, padding, recharged):
    model = open_config(CONFIGS / 'apr_rd' / f'{stem}.py').model
    transforms = model.data_preprocessor.batch_transforms
    assert list(transforms.teacher.shifts) == list(range(shifts))
    assert transforms.teacher.padding == padding
    assert bool(transforms.get('recharge')) == recharged
    assert model.losses.pixel.loss_weight == shifts  # the sum of as many means


def test_strides_masks_and_copies_are_as_published():
    b, p = (open_config(CONFIGS / 'amsnet' / f'restormer_{n}.py').model for n in 'bp')
    assert b.data_preprocessor.batch_transforms.downsample.stride == 5
    parts = {k: part.type for k, part in b.inference.items() if part is not None}
    assert parts == dict(masks='ComplementaryMasks', downsample='PixelDownsampled')
    assert b.inference.downsample.stride == 2
    assert p.data_preprocessor.batch_transforms.pop('target').type == 'NoisyTarget'
    assert not any(p.data_preprocessor.batch_transforms.values())
    assert p.training_decorators.downsample.stride == 5 and p.losses.smoothness.loss_weight == 0.01
    apr = open_config(CONFIGS / 'apr_rd' / 'apr_atbsn.py').model
    assert (apr.sampler.window, apr.consistency_weight, apr.detach) == (3, 4.0, True)
    assert (apr.backbone.blind_spot_shift, apr.inference.blind_spot.shift) == (5, 1)
    apbsn = open_config(CONFIGS / 'apbsn' / 'apbsn_refined.py')
    assert apbsn.model.data_preprocessor.batch_transforms.downsample.mosaic
    refinement = init_restorer(apbsn, device='cpu').predictor
    settings = (refinement.copies, refinement.probability, refinement.per_element)
    assert settings == (8, 0.16, True)
    assert (refinement.net.stride, refinement.net.mosaic, refinement.net.pad_mode) == (
        2,
        True,
        'zero',
    )
