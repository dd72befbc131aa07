"""CKA: reference vectors, definitions written out, and what it does not depend on."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file

from mmrestore.analysis.cka import MinibatchCKA, gram_matrices, linear_cka, unbiased_hsic
from mmrestore.analysis.gram import gram_matrix


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def slow_hsic(first, second):
    """The unbiased HSIC of raw features as the mean over quadruples of different images."""
    k, m = first @ first.T, second @ second.T
    num = len(k)
    total, count = 0.0, 0
    for i in range(num):
        for j in range(num):
            for q in range(num):
                for r in range(num):
                    if len({i, j, q, r}) == 4:
                        total += k[i, j] * (m[i, j] + m[q, r] - 2 * m[i, q])
                        count += 1
    return total / count


def test_reference_vectors(shared):
    folder = shared / 'parity' / 'functions'
    facts = json.loads((folder / 'cka_vectors.json').read_text())
    tensors = load_file(folder / 'cka_vectors.safetensors')
    first, second = tensors['X'], tensors['Y']
    flat = first.flatten(0, 1), second.flatten(0, 1)
    assert linear_cka(*flat) == pytest.approx(facts['linear_cka_biased_full'], rel=1e-12)
    assert linear_cka(*flat, unbiased=True) == pytest.approx(facts['cka_unbiased_full'], rel=1e-12)
    cka, same = MinibatchCKA(), MinibatchCKA()
    for x, y, expected in zip(first, second, facts['per_batch_hsic1_xy'], strict=True):
        hsic = unbiased_hsic(gram_matrix(x)[None], gram_matrix(y)[None])
        assert hsic.item() == pytest.approx(expected, rel=1e-12)
        cka.update(gram_matrices({'x': x}), gram_matrices({'y': y}))
        same.update(gram_matrices({'x': x}), gram_matrices({'x': x}))
    assert cka.compute().item() == pytest.approx(facts['cka_minibatch_unbiased'], rel=1e-12)
    assert same.compute().item() == pytest.approx(facts['self_check_minibatch_xx'], rel=1e-12)


def test_unbiased_hsic_is_the_mean_over_quadruples_of_images():
    first, second = draw(6, 5) + 3, draw(6, 4, seed=1)
    second[:, 0] += first[:, 0]
    expected = slow_hsic(first, second)
    raw = unbiased_hsic((first @ first.T)[None], (second @ second.T)[None])
    centred = unbiased_hsic(gram_matrix(first)[None], gram_matrix(second)[None])
    assert raw.item() == pytest.approx(expected.item(), rel=1e-10)
    assert centred.item() == pytest.approx(expected.item(), rel=1e-10)


def test_biased_cka_is_that_of_centred_cross_covariances():
    first, second = draw(9, 5) + 2, draw(9, 4, seed=1)
    second[:, 0] += first[:, 0]
    x, y = first - first.mean(0), second - second.mean(0)
    expected = (y.T @ x).norm() ** 2 / ((x.T @ x).norm() * (y.T @ y).norm())
    assert linear_cka(first, second) == pytest.approx(expected.item(), rel=1e-12)


@pytest.mark.parametrize('unbiased', [False, True])
def test_rotations_scales_and_shifts_change_nothing(unbiased):
    first, second = draw(10, 7), draw(10, 7, seed=1) + draw(10, 7)
    rotation = torch.linalg.qr(draw(7, 7, seed=2))[0]
    value = linear_cka(first, second, unbiased=unbiased)
    changed = linear_cka(5 * first @ rotation + 100, second - 3, unbiased=unbiased)
    assert changed == pytest.approx(value, rel=1e-9)
    assert linear_cka(first, first @ rotation * 0.1, unbiased=unbiased) == pytest.approx(1)
    stretched = first * torch.tensor([30.0, *[1] * 6], dtype=torch.float64)
    assert linear_cka(first, stretched, unbiased=unbiased) < 0.9


def test_unrelated_features_have_an_unbiased_cka_of_nothing():
    """More features than images: there the biased value says little."""
    cka = MinibatchCKA()
    for seed in range(60):
        first, second = draw(8, 300, seed=2 * seed), draw(8, 300, seed=2 * seed + 1)
        cka.update(gram_matrices({'a': first}), gram_matrices({'b': second}))
    assert abs(cka.compute().item()) < 0.03
    assert linear_cka(first, second) > 0.9


def test_batches_are_averaged_before_the_quotient():
    batches = [(draw(5, 6, seed=s), draw(5, 6, seed=s) + draw(5, 6, seed=s + 9)) for s in range(3)]
    both = sum(slow_hsic(x, y) for x, y in batches)
    alone = [sum(slow_hsic(b[i], b[i]) for b in batches) for i in range(2)]
    cka = MinibatchCKA()
    for x, y in batches:
        cka.update(gram_matrices({'x': x}), gram_matrices({'y': y, 'x': x}))
    values = cka.compute()
    assert values.shape == (1, 2)
    expected = both / (alone[0] * alone[1]).sqrt()
    assert values[0, 0].item() == pytest.approx(expected.item(), rel=1e-9)
    assert values[0, 1].item() == pytest.approx(1)


def test_single_precision_far_from_zero_and_many_columns(monkeypatch):
    exact = draw(6, 50) + 1000
    expected = gram_matrix(exact)
    monkeypatch.setattr('mmrestore.analysis.gram.BLOCK_ELEMENTS', 6 * 7)
    torch.testing.assert_close(gram_matrix(exact), expected)
    torch.testing.assert_close(gram_matrix(exact.float()), expected, rtol=1e-3, atol=1e-3)
    assert gram_matrix(exact.bfloat16()).dtype == torch.float64


def test_a_layer_that_is_constant_has_no_cka():
    constant = torch.full((5, 3), 0.1, dtype=torch.float32)
    assert not gram_matrix(constant).any()
    cka = MinibatchCKA()
    cka.update(gram_matrices({'a': constant, 'b': draw(5, 3)}), gram_matrices({'b': draw(5, 3)}))
    values = cka.compute()
    assert values[0].isnan() and values[1] == pytest.approx(1)


def test_what_is_wrong_is_said():
    with pytest.raises(ValueError, match='at least 4 images, got 3'):
        MinibatchCKA().update(gram_matrices({'a': draw(3, 5)}), gram_matrices({'b': draw(3, 5)}))
    with pytest.raises(ValueError, match='features of 5 images on both sides, got 6'):
        MinibatchCKA().update(gram_matrices({'a': draw(5, 5)}), gram_matrices({'b': draw(6, 5)}))
    with pytest.raises(ValueError, match='features of the same images, got 5 and 6'):
        linear_cka(draw(5, 2), draw(6, 2))
    with pytest.raises(ValueError, match='there was no batch'):
        MinibatchCKA().compute()
    with pytest.raises(
        ValueError, match=r'expected features \(images, features\), got \(2, 3, 4\)'
    ):
        gram_matrix(draw(2, 3, 4))
