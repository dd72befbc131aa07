"""Published renderings in EXR files."""

from __future__ import annotations

import builtins
import json
from pathlib import Path

import numpy as np
import pytest

from mmrestore.commands import main
from mmrestore.datasets import ImageFolder
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.prepare.monte_carlo import convert_published, read_exr, tone_map

SAMPLES = (64, 128, 32768)


def light_of(path):
    """An image of two times the range, of the size of its scene."""
    seed = sum(map(ord, Path(path).stem))
    width = 7 if 'kitchen' in str(path) else 8
    return 2 * np.random.RandomState(seed).rand(6, width, 3).astype(np.float32)


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


@pytest.fixture
def source(tmp_path):
    names = [f'{s}_{n:06d}spp.exr' for s in ('kitchen', 'a_room') for n in (*SAMPLES, 4)]
    touch(tmp_path / 'source', *names, 'kitchen_albedo.exr', 'readme.txt')
    return tmp_path / 'source'


def test_conversion(source, tmp_path):
    lines = []
    target = tmp_path / 'set'
    convert_published(source, target, read=light_of, num_scenes=2, report=lines.append)
    assert lines == [f'{target}: written, 2 scenes']
    expected = {
        f'{folder}/{scene}.png'
        for folder in ('64spp', '128spp', 'reference')
        for scene in ('kitchen', 'a_room')
    }
    assert {str(p.relative_to(target)) for p in target.rglob('*.png')} == expected
    for folder, samples in (('128spp', 128), ('reference', 32768)):
        light = light_of(f'kitchen_{samples:06d}spp')
        assert np.array_equal(read_image(target / folder / 'kitchen.png'), tone_map(light))
    pairs = ImageFolder(target / '64spp', gt_root=target / 'reference', pipeline=[])
    assert len(pairs) == 2
    manifest = json.loads((target / 'manifest.json').read_text())
    assert manifest['name'] == 'Monte Carlo (Firmino et al.)' and manifest['num_scenes'] == 2
    with pytest.raises(ValueError, match='exists already'):
        convert_published(source, target, read=light_of)


def test_other_numbers_of_samples(source, tmp_path):
    convert_published(source, tmp_path / 'set', samples=(4,), reference_samples=128, read=light_of)
    assert np.array_equal(
        read_image(tmp_path / 'set/reference/a_room.png'), tone_map(light_of('a_room_000128spp'))
    )


def test_what_is_wrong_is_named_and_nothing_is_left(source, tmp_path):
    def convert(folder=source, **options):
        convert_published(folder, tmp_path / 'set', read=options.pop('read', light_of), **options)

    with pytest.raises(ValueError, match=r'found no EXR file in or below .*SCENE_000064spp\.exr'):
        convert(tmp_path / 'elsewhere')
    with pytest.raises(ValueError, match='expected 3 scenes, found 2: a_room, kitchen'):
        convert(num_scenes=3)
    with pytest.raises(ValueError, match='expected the same size'):
        convert(read=lambda path: light_of(path)[: 5 if '32768' in path.stem else 6])
    touch(source, 'again/kitchen_000064spp.exr')
    (source / 'a_room_032768spp.exr').unlink()
    with pytest.raises(ValueError) as error:
        convert()
    assert 'a_room_032768spp.exr is missing' in str(error.value)
    assert 'source/kitchen_000064spp.exr have one name' in str(error.value)
    assert [p.name for p in tmp_path.iterdir()] == ['source']


def test_values_that_are_no_numbers_become_black(source, tmp_path):
    def read(path):
        light = light_of(path)
        if path.stem == 'kitchen_000064spp':
            light[0, 0] = [np.nan, np.inf, 0.5]
        return light

    lines = []
    convert_published(source, tmp_path / 'set', read=read, report=lines.append)
    assert lines[0] == f'{source}/kitchen_000064spp.exr: 1 values are no numbers and became black'
    assert read_image(tmp_path / 'set/64spp/kitchen.png')[0, 0].tolist() == [0, 255, 188]


def test_without_openexr(monkeypatch, tmp_path, capsys, source):
    real_import = builtins.__import__

    def without(name, *args, **kwargs):
        if name == 'OpenEXR':
            raise ImportError("No module named 'OpenEXR'")
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', without)
    with pytest.raises(ImportError, match='pip install OpenEXR'):
        read_exr('x.exr')
    with pytest.raises(SystemExit):
        main(['data', 'convert-monte-carlo', str(source), str(tmp_path / 'set')])
    assert 'pip install OpenEXR' in capsys.readouterr().err
    assert not (tmp_path / 'set').exists()


@pytest.fixture
def write_exr():
    openexr = pytest.importorskip(
        'OpenEXR', reason='OpenEXR, an optional dependency, is not installed'
    )
    header = {'compression': openexr.ZIP_COMPRESSION, 'type': openexr.scanlineimage}

    def write(path, channels):
        arrays = {name: np.ascontiguousarray(array) for name, array in channels.items()}
        openexr.File(header, arrays).write(str(path))

    return write


def test_reading_exr(write_exr, tmp_path):
    light = 5 * np.random.RandomState(0).rand(9, 13, 3).astype(np.float32)
    write_exr(tmp_path / 'together.exr', {'RGB': light})
    assert np.array_equal(read_exr(tmp_path / 'together.exr'), light)
    parts = {name: light[..., i] for i, name in enumerate('RGB')}
    write_exr(tmp_path / 'more.exr', {**parts, 'A': light[..., 0], 'depth.Z': light[..., 1]})
    assert np.array_equal(read_exr(tmp_path / 'more.exr'), light)
    half = {name: array.astype(np.float16) for name, array in parts.items()}
    write_exr(tmp_path / 'half.exr', half)
    result = read_exr(tmp_path / 'half.exr')
    assert result.dtype == np.float32
    assert np.array_equal(result, light.astype(np.float16).astype(np.float32))


def test_exr_files_that_are_wrong(write_exr, tmp_path):
    light = np.random.RandomState(0).rand(70, 40, 3).astype(np.float32)
    write_exr(tmp_path / 'gray.exr', {'Y': light[..., 0]})
    with pytest.raises(ValueError, match='lacks the channel R, G, B: it has Y'):
        read_exr(tmp_path / 'gray.exr')
    write_exr(tmp_path / 'cut.exr', {'RGB': light})
    whole = (tmp_path / 'cut.exr').read_bytes()
    for size in (len(whole) - 100, len(whole) // 2, 50):
        (tmp_path / 'cut.exr').write_bytes(whole[:size])
        with pytest.raises(ValueError, match='damaged or no EXR file'):
            read_exr(tmp_path / 'cut.exr')
    (tmp_path / 'text.exr').write_text('no image')
    for name in ('text.exr', 'absent.exr'):
        with pytest.raises(ValueError, match='cannot read'):
            read_exr(tmp_path / name)


def test_the_tool(write_exr, tmp_path, capsys):
    source = tmp_path / 'source'
    source.mkdir()
    for samples in SAMPLES:
        path = source / f'kitchen_{samples:06d}spp.exr'
        write_exr(path, {'RGB': light_of(path)})
    main(['data', 'convert-monte-carlo', str(source), str(tmp_path / 'set'), '--scenes', '1'])
    assert 'written, 1 scenes' in capsys.readouterr().out
    expected = tone_map(light_of('kitchen_000064spp'))
    assert np.array_equal(read_image(tmp_path / 'set/64spp/kitchen.png'), expected)
    with pytest.raises(SystemExit):
        main(['data', 'convert-monte-carlo', str(source), str(tmp_path / 'other'), '--spp', '32'])
    assert 'kitchen_000032spp.exr is missing' in capsys.readouterr().err
