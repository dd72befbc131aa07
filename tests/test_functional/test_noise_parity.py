"""Reference noise of masked image training, from given draws."""

from __future__ import annotations

import json

import pytest
import torch

from mmrestore.datasets.transforms.add_gaussian_noise import draw_noise
from mmrestore.functional import (
    correlated_gaussian_noise,
    gaussian_noise,
    poisson_noise,
    poisson_peak,
    salt_and_pepper_noise,
    speckle_noise,
    to_8_bit,
    to_unit_range,
)
from mmrestore.functional.mixture_noise import in_turn

load_file = pytest.importorskip('safetensors.torch').load_file
BORDERS = {'reflect': 'reflect', 'mirror': 'mirror', 'constant': 'zero'}


@pytest.fixture(scope='module')
def reference(shared):
    """Tensors (1, 3, H, W) and their metadata."""
    path = shared / 'parity' / 'functions' / 'masked_noise_vectors'
    tensors = load_file(path.with_suffix('.safetensors'))
    batches = {k: v.permute(2, 0, 1)[None] for k, v in tensors.items() if v.ndim == 3}
    return batches, json.loads(path.with_suffix('.json').read_text())['meta']


@pytest.fixture(scope='module')
def x(reference):
    return to_unit_range(reference[0]['clean_u8'], dtype=torch.float64)


def make(case: str, x: torch.Tensor, draws: dict) -> torch.Tensor:
    """Return the noisy image, not clipped, that belongs to the name of a tensor."""
    kind, level = case.split('_')
    level, _, border = level.partition('.') if kind == 'spatial' else (level, '', '')
    value = float(level)
    return {
        'gaussian': lambda: gaussian_noise(x, value, noise=draws['z']),
        'speckle': lambda: speckle_noise(x, value, uniform=draws['u']),
        'saltpepper': lambda: salt_and_pepper_noise(x, value, uniform=draws['u']),
        'poisson': lambda: poisson_noise(x, value, counts=draws['poisson_counts']),
        'spatial': lambda: correlated_gaussian_noise(
            x, value, border=BORDERS[border], noise=draws['z']
        ),
    }[kind]()


def test_every_noisy_image_is_reproduced(reference, x):
    """Floats to 1e-12 in double precision and 1e-5 in single, bytes exactly."""
    tensors, _ = reference
    cases = [name.rpartition('.') for name in tensors if name.endswith(('.float', '.noclip'))]
    assert len(cases) == 3 + 5 + 4 + 5 + 7
    for case, _, form in cases:
        y, expected = make(case, x, tensors), tensors[f'{case}.{form}']
        clip = (lambda y: y.clamp(0, 1)) if form == 'float' else (lambda y: y)
        torch.testing.assert_close(clip(y), expected, rtol=0, atol=1e-12)
        assert to_8_bit(y).equal(tensors[f'{case}.u8']), case
        single = clip(make(case, x.float(), tensors))
        assert single.dtype == torch.float32
        torch.testing.assert_close(single.double(), expected, rtol=0, atol=1e-5)


def test_the_peak_of_the_image(reference, x):
    assert poisson_peak(x).item() == reference[1]['poisson_vals']


def test_the_noisy_image_of_a_training_pair(reference, x):
    noisy = gaussian_noise(x.float(), 15, noise=reference[0]['z']).clamp(0, 1)
    torch.testing.assert_close(noisy, reference[0]['train.noisy'], rtol=0, atol=1e-6)


def test_the_mixture_with_the_composition_that_the_file_states(reference, x):
    tensors, meta = reference
    stated = meta['mixture']
    assert stated['order'] == ['gaussian', 'speckle', 'poisson', 'salt_pepper']
    assert stated['quantise_between']
    peaks = []

    def poisson(y):
        peaks.append(poisson_peak(y).item())
        return poisson_noise(y, stated['poisson_alpha'], counts=tensors['mixture.counts'])

    y = in_turn(
        x,
        lambda y: gaussian_noise(y, 255 * stated['gauss_var'] ** 0.5, noise=tensors['mixture.z']),
        lambda y: speckle_noise(y, stated['speckle_var'], uniform=tensors['mixture.u_speckle']),
        poisson,
        lambda y: salt_and_pepper_noise(y, stated['density'], uniform=tensors['mixture.u_sp']),
    )
    assert peaks == [stated['poisson_vals']]
    assert to_8_bit(y).equal(tensors['mixture.u8'])


def test_noise_from_numpy_with_seed_0(reference):
    expected = reference[0]['normal_legacy_seed0'][0].permute(1, 2, 0).numpy()
    drawn = draw_noise(expected.shape, sigma=25, seed=0, channel_order='rgb')
    assert (drawn == expected).all()
