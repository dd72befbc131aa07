"""Patches of images, noises by their words, and histograms of features."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from image_files import random_image, write_image, write_images

from mmrestore.analysis.distribution import histogram, value_range
from mmrestore.analysis.noises import WORDS, noise_config
from mmrestore.analysis.patches import read_patches
from mmrestore.datasets.transforms.add_noise import AddNoise
from mmrestore.registry import BATCH_TRANSFORMS


def places(patches, folder_images):
    """The (image, top, left) at which each patch was cut, found by comparing everything."""
    size = patches.shape[-1]
    found = []
    for patch in patches:
        pixels = (patch * 255).round().byte().permute(1, 2, 0).numpy()
        found.append(
            [
                (index, top, left)
                for index, image in enumerate(folder_images)
                for top in range(image.shape[0] - size + 1)
                for left in range(image.shape[1] - size + 1)
                if np.array_equal(image[top : top + size, left : left + size], pixels)
            ]
        )
    assert all(len(one) == 1 for one in found)
    return [one[0] for one in found]


def test_images_take_turns_and_places_are_random(tmp_path):
    written = write_images(tmp_path, 'a.png', 'b.png', 'c/d.png', height=9, width=14)
    patches = read_patches(tmp_path, num=50, size=5)
    assert patches.dtype == torch.float32
    cut = places(patches, written)
    assert [index for index, _, _ in cut] == [number % 3 for number in range(50)]
    assert {top for _, top, _ in cut} == set(range(5))
    assert {left for _, _, left in cut} == set(range(10))
    assert torch.equal(read_patches(tmp_path, num=50, size=5), patches)
    assert torch.equal(read_patches(tmp_path, num=7, size=5), patches[:7])
    assert not torch.equal(read_patches(tmp_path, num=50, size=5, seed=1), patches)


def test_noise_is_added_to_whole_images_and_drawn_for_each(tmp_path):
    flat = np.full((20, 30, 3), 128, np.uint8)
    for name in ('a.png', 'b.png'):
        write_image(tmp_path / name, flat)
    noise = AddNoise({'type': 'GaussianNoise', 'sigma': 20}, seed=None)
    patches = read_patches(tmp_path, num=2, size=20, transform=noise)
    clean = read_patches(tmp_path, num=2, size=20)
    differences = (patches - clean) * 255
    assert differences.std() == pytest.approx(20, rel=0.05)
    assert torch.equal(differences.round(), differences.round(decimals=3))  # of 8 bit
    assert torch.corrcoef(differences.flatten(1))[0, 1].abs() < 0.1
    assert torch.equal(read_patches(tmp_path, num=2, size=20, transform=noise), patches)
    gray = read_patches(tmp_path, num=2, size=20, color='gray')
    assert gray.shape == (2, 1, 20, 20)


def test_images_that_are_too_small_are_named(tmp_path):
    write_image(tmp_path / 'a.png', random_image(9, 30))
    write_image(tmp_path / 'b.png', random_image(30, 8))
    with pytest.raises(
        ValueError, match=r'2 problem(.|\n)*a.png is 9x30.*smaller than a patch of 16'
    ):
        read_patches(tmp_path, num=2, size=16)
    with pytest.raises(ValueError, match='at least 1 patch of at least 1 pixel, got 0 of 16'):
        read_patches(tmp_path, num=0, size=16)


@pytest.mark.parametrize('word', WORDS)
def test_every_word_builds_a_noise(word):
    kind, argument = WORDS[word]
    level = 0.01 if argument == 'density' else 3
    noise = BATCH_TRANSFORMS.build(noise_config(f'{word}:{level}' if argument else word))
    assert type(noise).__name__ == kind


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('gausian:15', "unknown noise 'gausian'. Did you mean gaussian"),
        ('gaussian', "such as gaussian:15 .*, got 'gaussian'"),
        ('gaussian:much', 'such as gaussian:15'),
        ('GaussianNoise:15', 'such as gaussian:15'),
        ('gaussian:15)+(1', 'such as gaussian:15'),
    ],
)
def test_noises_that_are_misspelt_are_named(text, message):
    with pytest.raises(ValueError, match=message):
        noise_config(text)


def test_counts_are_those_of_numpy(monkeypatch):
    monkeypatch.setattr('mmrestore.analysis.distribution.BLOCK_ELEMENTS', 1000)
    values = torch.randn(7, 3001, generator=torch.Generator().manual_seed(0))
    low, high = value_range(values, 2.0)
    assert (low, high) == pytest.approx((-2, 2), abs=0.05)
    edges, counts, outside = histogram(values, (low, high), bins=13)
    expected, expected_edges = np.histogram(values.double().numpy(), 13, (low, high))
    assert edges.tolist() == pytest.approx(expected_edges)
    assert np.abs(counts.numpy() - expected).max() <= 1  # values on an edge
    assert outside + counts.sum() == values.numel()
    assert outside == pytest.approx(0.0455 * values.numel(), rel=0.1)


def test_ranges_end_where_the_values_end():
    values = torch.rand(5, 100).sqrt()
    assert value_range(values, 10) == (values.min().item(), values.max().item())
    for bad in (torch.ones(2, 3), torch.tensor([[1.0, float('nan')]])):
        with pytest.raises(ValueError, match='all equal or not finite: choose another layer'):
            value_range(bad)
