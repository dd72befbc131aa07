"""Several data sets as one, and the photographs of scikit-image."""

import importlib.util
import itertools

import numpy as np
import pytest
from image_files import write_images

from mmrestore.datasets import ConcatDataset, EmbeddedPhotographs, ImageFolder, SampleKey
from mmrestore.datasets.embedded_photographs import PHOTOGRAPHS
from mmrestore.registry import DATASETS

PIPELINE = {
    'image': {'type': 'LoadImage'},
    'patch': {'type': 'RandomCrop', 'size': 6},
    'tensor': {'type': 'PackInputs'},
}


@pytest.fixture
def folders(tmp_path):
    write_images(tmp_path / 'first', '1.png', '2.png', height=30, width=31)
    write_images(tmp_path / 'second', '1.png', '2.png', '3.png', height=30, width=31)
    return {
        'one': {'type': 'ImageFolder', 'root': str(tmp_path / 'first')},
        'two': {'type': 'ImageFolder', 'root': str(tmp_path / 'second')},
    }


def test_samples_follow_in_order_under_their_names(folders):
    dataset = DATASETS.build({'type': 'ConcatDataset', 'datasets': folders, 'pipeline': PIPELINE})
    assert len(dataset) == 5 and dataset.metainfo == {'name': 'one, two', 'names': ['one', 'two']}
    found = [(s['data_samples'].dataset, s['data_samples'].path[-5:]) for s in dataset]
    assert found == [('one', '1.png'), ('one', '2.png')] + [('two', f'{i}.png') for i in (1, 2, 3)]


def test_a_key_goes_to_its_data_set(folders):
    dataset = ConcatDataset(folders, pipeline=PIPELINE)
    second = ImageFolder(folders['two']['root'], pipeline=PIPELINE)
    for epoch, index in itertools.product((0, 3), range(3)):
        sample = dataset[SampleKey(7, epoch, 2 + index)]
        assert sample['inputs'].equal(second[SampleKey(7, epoch, index)]['inputs'])
    assert dataset[4]['inputs'].equal(second[2]['inputs'])
    for bad in (5, -1, SampleKey(0, 0, 5)):
        with pytest.raises(IndexError):
            dataset[bad]


def test_own_names_and_pipelines_stay_and_none_leaves_out(folders):
    folders['one'] = {**folders['one'], 'name': 'mine', 'pipeline': [{'type': 'LoadImage'}]}
    dataset = ConcatDataset({**folders, 'three': None}, pipeline=PIPELINE)
    assert dataset[0]['dataset'] == 'mine' and dataset[0]['img'].shape == (30, 31, 3)
    assert list(dataset.datasets) == ['one', 'two']
    with pytest.raises(ValueError, match='at least one'):
        ConcatDataset({'one': None})


def test_data_sets_can_be_objects_and_nested(folders):
    inner = ConcatDataset(folders, pipeline=PIPELINE)
    outer = ConcatDataset({'a': inner, 'b': inner})
    assert len(outer) == 10
    assert outer[SampleKey(1, 1, 8)]['inputs'].equal(inner[SampleKey(1, 1, 3)]['inputs'])


def test_embedded_photographs():
    train = EmbeddedPhotographs(pipeline=PIPELINE)
    test = EmbeddedPhotographs('test', pipeline=[{'type': 'LoadImage'}], cache=True)
    assert train.metainfo == test.metainfo == {'name': 'embedded'}
    assert len(train) == 3 and not set(PHOTOGRAPHS['train']) & set(PHOTOGRAPHS['test'])
    assert train[0]['inputs'].shape == (3, 6, 6)
    sizes = [results['img'].shape for results in test]
    assert sizes == [(512, 512, 3), (300, 451, 3)]
    cat = test[1]['img'].astype(float)
    np.testing.assert_allclose(cat.mean(axis=(0, 1)), [147.67, 111.44, 86.80], atol=0.01)


def test_embedded_photographs_say_what_is_wrong(monkeypatch):
    with pytest.raises(ValueError, match="'train', 'test'"):
        EmbeddedPhotographs('valid', pipeline=PIPELINE)
    monkeypatch.setattr(
        'mmrestore.datasets.embedded_photographs.find_spec',
        lambda name: None if name == 'skimage' else importlib.util.find_spec(name),
    )
    with pytest.raises(ModuleNotFoundError, match='pip install scikit-image'):
        EmbeddedPhotographs(pipeline=PIPELINE)
