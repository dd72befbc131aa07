"""Every config: known names, a network that can be built, as many parameters as is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from mmengine.config import Config

from mmrestore.engine.config_check import check_config
from mmrestore.registry import MODELS

CONFIGS = Path(__file__).parents[1] / 'configs'
LEAVES = sorted(p for p in CONFIGS.glob('*/*.py') if p.parent.name != '_base_')
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
    gray = config.train_dataloader.dataset.pipeline.image.get('color') == 'gray'
    assert net.in_channels == (1 if gray else 3)


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
