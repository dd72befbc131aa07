"""Every config: known names, a network that can be built, as many parameters as is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from mmengine.config import Config

from mmrestore.apis import init_restorer
from mmrestore.engine.config_check import check_config
from mmrestore.engine.stages import read_stages
from mmrestore.registry import MODELS

CONFIGS = Path(__file__).parents[1] / 'configs'
RUNNABLE = sorted(p for p in CONFIGS.glob('*/*.py') if p.parent.name != '_base_')
IN_STAGES = [p for p in RUNNABLE if 'stages' in Config.fromfile(p)]
LEAVES = [p for p in RUNNABLE if p not in IN_STAGES]
NETWORKS = sorted(CONFIGS.glob('_base_/models/*.py'))
METAFILES = sorted(CONFIGS.glob('*/metafile.yml'))


def name(path):
    return str(path.relative_to(CONFIGS))


@pytest.mark.parametrize('path', LEAVES, ids=name)
def test_names_are_known_and_the_network_fits_the_patches(path, recwarn):
    config = Config.fromfile(path)
    check_config(config)
    assert not [w for w in recwarn if 'nothing reads' in str(w.message)]
    with torch.device('meta'):
        net = MODELS.build(config.model.backbone)
    patch = config.train_dataloader.dataset.pipeline.patch.size
    assert patch % net.size_multiple == 0
    image = config.train_dataloader.dataset.pipeline.get('image') or {}
    gray = image.get('color') == 'gray'
    assert net.in_channels == (1 if gray else 3)


@pytest.mark.parametrize('path', IN_STAGES, ids=name)
def test_stages_are_configs_that_take_what_there_is(path):
    assert read_stages(path, Config.fromfile(path).stages, {})


@pytest.mark.parametrize('path', NETWORKS, ids=name)
def test_base_configs_say_how_many_parameters_they_have(path):
    with torch.device('meta'):
        net = MODELS.build(Config.fromfile(path).model.backbone)
    count = sum(p.numel() for p in net.parameters())
    assert f'{count:,} parameters' in path.read_text().replace('\n# ', ' ')


@pytest.mark.parametrize('path', METAFILES, ids=name)
def test_metafiles_tell_the_truth(path):
    content = yaml.safe_load(path.read_text())
    collections = [c['Name'] for c in content['Collections']]
    for model in content['Models']:
        assert model['In Collection'] in collections
        config = Config.fromfile(CONFIGS.parent / model['Config'])
        with torch.device('meta'):
            net = MODELS.build(config.model.backbone)
        count = sum(p.numel() for p in net.parameters())
        assert count == model['Metadata']['Parameters'], model['Name']


def test_the_index_names_every_metafile():
    imported = yaml.safe_load((CONFIGS.parent / 'model-index.yml').read_text())['Import']
    assert sorted(imported) == [f'configs/{name(path)}' for path in METAFILES]


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
    config = Config.fromfile(CONFIGS / 'masked' / f'{stem}.py')
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
    config = Config.fromfile(CONFIGS / 'masked' / f'{stem}.py')
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
