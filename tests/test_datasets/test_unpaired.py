"""Degraded images with clean ones that are drawn independently of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from tiny_components import TinyImages
from torch.utils.data import DataLoader

from mmrestore.datasets import ResumableSampler, SampleKey, UnpairedDataset, collate
from mmrestore.datasets.image_writer import write_image
from mmrestore.models.data_preprocessor import DataPreprocessor

KEYS = [SampleKey(3, epoch, index) for epoch in range(150) for index in range(10)]


def pipeline(size):
    return [
        dict(type='LoadImage'),
        dict(type='RandomCrop', size=size),
        dict(type='RandomDihedral'),
        dict(type='PackInputs'),
    ]


@pytest.fixture
def folders(tmp_path):
    """Three degraded images, all darker than four clean ones; every pixel tells its place."""
    for side, count, base in (('degraded', 3, 0), ('clean', 4, 128)):
        for i in range(count):
            image = np.empty((23, 31, 3), np.uint8)
            image[..., 0] = base + i
            image[..., 1], image[..., 2] = np.indices((23, 31))
            write_image(tmp_path / side / f'{i}.png', image)
    return tmp_path


def build(folders, scale=1):
    return UnpairedDataset(
        dict(type='ImageFolder', root=folders / 'degraded', pipeline=pipeline(8)),
        dict(type='ImageFolder', root=folders / 'clean', pipeline=pipeline(8 * scale)),
    )


def test_a_sample_is_that_of_the_degraded_side_with_a_clean_image(folders):
    data = build(folders)
    assert len(data) == 3 and data.metainfo == {'name': 'degraded'}
    for key in (0, SampleKey(3, 5, 2)):
        sample, alone = data[key], data.degraded[key]
        assert sample['inputs'].equal(alone['inputs'])
        assert sample['data_samples'].path == alone['data_samples'].path
        assert 'gt_img' not in sample['data_samples']
        real = sample['data_samples'].real_img
        assert real.dtype == torch.uint8 and real[0].min() >= 128
        assert real.equal(data.clean[data.clean_key(key)]['inputs'])
        assert data[key]['data_samples'].real_img.equal(real), 'it depends on the key alone'


def test_clean_images_are_equally_likely_and_independent_of_the_degraded_ones():
    data = UnpairedDataset(TinyImages(10), TinyImages(6, name='clean'))
    drawn = np.array([(key.index, data.clean_key(key).index) for key in KEYS])
    table = np.zeros((10, 6))
    np.add.at(table, tuple(drawn.T), 1)
    chi_square = ((table - 25) ** 2 / 25).sum()
    assert 30 < chi_square < 95, '59 degrees of freedom; 99.8 % lie between'
    seeds = [data.clean_key(key).seed for key in KEYS]
    assert len(set(seeds)) == len(KEYS), 'no two samples share the draws of their clean images'
    assert not set(seeds) & {3}
    others = [data.clean_key(key._replace(seed=4)) for key in KEYS]
    assert len(set(seeds) & {key.seed for key in others}) == 0


def test_places_of_both_sides_are_independent(folders):
    """Corners of the patches are uncorrelated, and differ for one clean image of one epoch."""
    data = build(folders)
    corners = []
    for key in (SampleKey(0, epoch, index) for epoch in range(100) for index in range(3)):
        sample = data[key]
        both = (sample['inputs'], sample['data_samples'].real_img)
        corners.append([image[c].min().item() for image in both for c in (1, 2)])
    correlation = np.corrcoef(np.array(corners).T)[:2, 2:]
    assert np.abs(correlation).max() < 3.5 / np.sqrt(len(corners))
    assert np.std(corners, axis=0).min() > 3


def test_patches_for_a_network_that_enlarges_become_one_batch_of_floats(folders):
    data = build(folders, scale=2)
    batch = collate([data[SampleKey(0, 0, i)] for i in range(3)])
    assert batch['inputs'].shape == (3, 3, 8, 8)
    real = batch['data_samples'].real_img
    assert real.shape == (3, 3, 16, 16) and real.dtype == torch.uint8
    done = DataPreprocessor()(batch, training=True)
    samples = done['data_samples']
    torch.testing.assert_close(samples.real_img, real.float() / 255)
    assert samples.gt_img is done['inputs'], 'until a teacher makes targets'


def test_workers_change_nothing(folders):
    data = build(folders)
    streams = []
    for workers in (0, 2):
        sampler = ResumableSampler(data, seed=1)
        loader = DataLoader(
            data, batch_size=4, sampler=sampler, num_workers=workers, collate_fn=collate
        )
        batches = list(itertools.islice(loader, 5))
        streams.append(torch.stack([batch['data_samples'].real_img for batch in batches]))
    assert streams[0].equal(streams[1])


def test_a_clean_side_without_images_is_refused():
    with pytest.raises(ValueError, match='needs at least one image, got none'):
        UnpairedDataset(TinyImages(3), TinyImages(0, name='clean'))


def test_fixed_patches_of_the_clean_side_are_refused(folders):
    clean = dict(type='ImageFolder', root=folders / 'clean', pipeline=pipeline(8), fixed_patches=2)
    with pytest.raises(ValueError, match='remove fixed_patches'):
        UnpairedDataset(TinyImages(3), clean)
