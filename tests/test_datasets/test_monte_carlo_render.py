"""Test sets rendered by path tracing."""

from __future__ import annotations

import builtins
import json

import numpy as np
import pytest

from mmrestore.commands import main
from mmrestore.datasets import ImageFolder
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.prepare.monte_carlo import (
    MitsubaRenderer,
    RenderSettings,
    draw_scene,
    render_set,
    tone_map,
)
from mmrestore.datasets.prepare.monte_carlo.plan import chunks, jobs
from mmrestore.datasets.prepare.monte_carlo.render import average
from mmrestore.datasets.prepare.monte_carlo.scenes import draw_camera, facing

SETTINGS = RenderSettings(num_scenes=2, size=16, samples=(4, 100), reference_samples=200)
FILES = {
    f'{folder}/scene_{scene}.png'
    for folder in ('4spp', '100spp', 'reference')
    for scene in ('01', '02')
}


class FakeRenderer:
    """A smooth image and noise that falls with the number of samples."""

    version = 'fake 1'

    def __init__(self):
        self.loaded, self.seeds, self.break_at = [], [], None

    def load(self, seed, size):
        self.loaded.append((seed, size))
        light = np.linspace(0, 1.2, 3 * size * size).reshape(size, size, 3) / seed

        def render(samples, sample_seed):
            if sample_seed == self.break_at:
                raise KeyboardInterrupt
            self.seeds.append(sample_seed)
            noise = np.random.RandomState(sample_seed).randn(*light.shape)
            return (light + 0.2 * noise / samples**0.5).astype(np.float32)

        return render


def files_in(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob('*.png')}


def test_tone_mapping_against_the_definition():
    light = np.concatenate([np.linspace(-0.1, 1.1, 241), [0.0031308, 0.0031309]])
    for value, result in zip(light, tone_map(light), strict=True):
        v = min(max(value, 0), 1)
        curve = 12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055
        assert result == int(255 * curve + 0.5)
    # Every gray level can come out, at the light that stands for it.
    levels = np.arange(256) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    assert tone_map(linear).tolist() == list(range(256))
    assert tone_map(np.float32([[np.inf, -np.inf]])).tolist() == [[255, 0]]
    with pytest.raises(ValueError, match='1 of 2 values are no numbers'):
        tone_map(np.array([0, np.nan]))


def test_chunks_are_averaged_by_their_samples_in_double_precision():
    assert [chunks(n) for n in (1, 64, 65, 192)] == [[1], [64], [64, 1], [64, 64, 64]]
    rng = np.random.RandomState(0)
    parts = [rng.rand(3, 4, 3).astype(np.float32) * 1000 for _ in range(3)]
    samples = [64, 64, 22]
    expected = (64 * parts[0].astype(float) + 64 * parts[1] + 22 * parts[2].astype(float)) / 150
    result = average(iter(parts), samples)
    np.testing.assert_allclose(result, expected, rtol=1e-14)
    assert result.dtype == np.float64


def test_no_two_chunks_have_one_seed():
    seeds = [job.seed + i for job in jobs(SETTINGS) for i in range(len(chunks(job.samples)))]
    assert seeds == list(range(2 * (1 + 2 + 4)))
    defaults = [(job.folder, job.samples) for job in jobs(RenderSettings(num_scenes=1))]
    assert defaults == [('64spp', 64), ('128spp', 128), ('reference', 4096)]


def test_a_set(tmp_path, capsys):
    lines = []
    renderer = FakeRenderer()
    target = tmp_path / 'sets' / 'mc'
    render_set(target, SETTINGS, renderer, report=lines.append)
    assert lines == [f'{target}: written, 2 scenes']
    assert '14/14' in capsys.readouterr().err
    assert files_in(target) == FILES
    assert sorted(p.name for p in target.parent.iterdir()) == ['mc']
    assert renderer.loaded == [(1, 16), (2, 16)]
    # The second scene's image of 100 samples: chunks of 64 and 36 from the seeds 8 and 9.
    render = FakeRenderer().load(2, 16)
    light = (64 * render(64, 8).astype(float) + 36 * render(36, 9).astype(float)) / 100
    assert np.array_equal(read_image(target / '100spp/scene_02.png'), tone_map(light))
    pairs = ImageFolder(target / '4spp', gt_root=target / 'reference', pipeline=[])
    assert pairs.samples == [(f'scene_0{i}.png', f'scene_0{i}.png') for i in (1, 2)]
    manifest = json.loads((target / 'manifest.json').read_text())
    assert manifest['name'] == 'Monte Carlo (mitsuba)' and manifest['renderer'] == 'fake 1'
    assert manifest['seeds']['reference/scene_02.png'] == 10
    assert (manifest['samples'], manifest['reference_samples']) == ([4, 100], 200)


def test_an_interrupted_set_goes_on_and_becomes_the_same(tmp_path):
    whole, broken = FakeRenderer(), FakeRenderer()
    render_set(tmp_path / 'whole', SETTINGS, whole)
    broken.break_at = 9  # in the middle of the second scene's second image
    with pytest.raises(KeyboardInterrupt):
        render_set(tmp_path / 'broken', SETTINGS, broken)
    assert not (tmp_path / 'broken').exists()
    before = len(broken.seeds)
    broken.break_at = None
    render_set(tmp_path / 'broken', SETTINGS, broken)
    assert broken.seeds[before:] == list(range(8, 14))
    for name in FILES | {'manifest.json'}:
        assert (tmp_path / 'whole' / name).read_bytes() == (tmp_path / 'broken' / name).read_bytes()
    assert not list(tmp_path.rglob('.*'))


def test_what_is_there_is_checked_and_left_alone(tmp_path):
    renderer, lines = FakeRenderer(), []
    render_set(tmp_path / 'mc', SETTINGS, renderer)
    num_seeds = len(renderer.seeds)
    render_set(tmp_path / 'mc', SETTINGS, renderer, report=lines.append)
    assert 'there already and complete' in lines[0] and len(renderer.seeds) == num_seeds
    other = RenderSettings(num_scenes=3, size=16, samples=(4, 100), reference_samples=200)
    with pytest.raises(ValueError, match=r'num_scenes 2 instead of 3\): choose another'):
        render_set(tmp_path / 'mc', other, renderer)
    (tmp_path / 'mc/reference/scene_02.png').unlink()
    with pytest.raises(ValueError, match=r'scene_02\.png has no target'):
        render_set(tmp_path / 'mc', SETTINGS, renderer)
    (tmp_path / 'photographs').mkdir()
    with pytest.raises(ValueError, match='none that can be read'):
        render_set(tmp_path / 'photographs', SETTINGS, renderer)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(samples=()), 'rising order'),
        (dict(samples=(128, 64)), 'rising order'),
        (dict(samples=(64,), reference_samples=64), 'below the reference'),
        (dict(samples=(0, 64)), 'positive numbers'),
        (dict(num_scenes=0), 'positive numbers'),
        (dict(size=-1), 'positive numbers'),
        (dict(size=4096), 'more than Mitsuba keeps apart'),
    ],
)
def test_wrong_settings_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        RenderSettings(**options)


def walk(value):
    """Give a scene and all dictionaries in it."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from walk(part)


@pytest.mark.parametrize('seed', range(1, 11))
def test_scenes_converge_and_fit_into_their_room(seed):
    scene = draw_scene(seed)
    np.testing.assert_equal(draw_scene(seed), scene)
    parts = list(walk(scene))
    assert not [p for p in parts if 'dielectric' in p.get('type', '')]
    assert all(0.3 <= p['alpha'] <= 0.6 for p in parts if p.get('type') == 'roughconductor')
    colors = [p['value'] for p in parts if p.get('type') == 'rgb' and p['value'] != 1]
    assert np.min(colors) > 0 and np.max(colors) <= 0.8
    lamp = scene['lamp']['to_world']
    assert min(np.linalg.norm(lamp[:3, :2], axis=0)) >= 0.15
    bodies = [part for name, part in scene.items() if name.startswith('body')]
    assert 3 <= len(bodies) <= 4
    for body in bodies:
        corners = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, 8)
        if body['type'] == 'sphere':
            radius = np.linalg.norm(body['to_world'][:3, 0])
            points = body['to_world'][:3, 3:] + radius * np.eye(3)[:, [0, 1, 2]]
            assert body['to_world'][1, 3] - radius == pytest.approx(-1)
        else:
            points = body['to_world'][:3, :3] @ corners + body['to_world'][:3, 3:]
            assert points[1].min() == pytest.approx(-1)
        assert np.abs(points).max() < 1 + 1e-9


def test_scenes_differ():
    kinds = {str(sorted(draw_scene(seed))) + str(draw_scene(seed)['lamp']) for seed in range(8)}
    assert len(kinds) == 8


def test_rotations_keep_lengths_and_hands():
    for direction in ((0, 1, 0), (0, -1, 0), (1, 0, 0), (0.3, -0.2, -4)):
        matrix = facing(direction)[:3, :3]
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(matrix) == pytest.approx(1)
        np.testing.assert_allclose(matrix[:, 2], direction / np.linalg.norm(direction))
    assert draw_camera(3)['to_world'][1, 1] > 0.9  # upright


def test_without_mitsuba(monkeypatch, capsys, tmp_path):
    real_import = builtins.__import__

    def without(name, *args, **kwargs):
        if name in ('drjit', 'mitsuba'):
            raise ImportError(f'No module named {name!r}')
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', without)
    with pytest.raises(ImportError, match='pip install mitsuba'):
        MitsubaRenderer()
    with pytest.raises(SystemExit):
        main(['data', 'render-monte-carlo', str(tmp_path / 'mc')])
    assert 'pip install mitsuba' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(['data', 'render-monte-carlo', str(tmp_path / 'mc'), '--spp', '128', '64'])
    assert 'rising order' in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope='module')
def mitsuba_renderer():
    pytest.importorskip('mitsuba', reason='Mitsuba, an optional dependency, is not installed')
    return MitsubaRenderer(threads=1)


def test_images_of_mitsuba(mitsuba_renderer):
    """They are exposed to middle gray and repeatable, and their chunks are independent."""
    render = mitsuba_renderer.load(1, 24)
    parts = np.stack([render(16, seed) for seed in range(24)]).astype(np.float64)
    assert parts.shape == (24, 24, 24, 3) and parts.min() >= 0
    mean = parts.mean(axis=0)
    assert 0.1 < np.median(mean) < 0.3
    assert np.array_equal(render(16, 3), parts[3].astype(np.float32))
    # Were samples shared, averages of four would keep more than a quarter of the variance.
    dark = mean.max(axis=-1) < 1
    single = parts.var(axis=0, ddof=1)[dark].mean()
    of_four = parts.reshape(6, 4, 24, 24, 3).mean(axis=1).var(axis=0, ddof=1)[dark].mean()
    assert of_four / single == pytest.approx(0.25, rel=0.25)
    # The errors of chunks with neighboring seeds are uncorrelated, at one pixel and beside it.
    error = np.where(dark[..., None], np.clip(parts - mean, -0.2, 0.2), 0)
    for shift in (0, 1):
        first, second = error[:-1, :, shift:], error[1:, :, : 24 - shift]
        assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.06


def test_the_tool(mitsuba_renderer, tmp_path):
    options = ['--scenes', '1', '--size', '20', '--spp', '2', '8', '--reference-spp', '80']
    main(['data', 'render-monte-carlo', str(tmp_path / 'mc'), *options, '--threads', '1'])
    images = [read_image(tmp_path / f'mc/{n}/scene_01.png') for n in ('2spp', '8spp', 'reference')]
    errors = [((image.astype(float) - images[2]) ** 2).mean() for image in images[:2]]
    assert errors[0] > 2 * errors[1] > 0


def test_wrong_options_of_mitsuba(mitsuba_renderer):
    with pytest.raises(ValueError, match='scalar_rgb'):
        MitsubaRenderer('scaler_rgb')
    with pytest.raises(ValueError, match='at least one thread'):
        MitsubaRenderer(threads=0)
