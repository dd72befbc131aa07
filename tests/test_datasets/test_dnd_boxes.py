"""The boxes of DND out of MATLAB files of both kinds."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from mmrestore.datasets import DNDBoxes
from mmrestore.datasets.dnd_boxes import Box, read_boxes
from mmrestore.datasets.matlab_file import is_hdf5, read_matlab

SIZES = ((20, 31), (33, 18))
BOXES = (((1, 1, 5, 6), (16, 26, 20, 31)), ((3, 2, 33, 18),))  # first row, column, last row, column


def draw_images():
    rng = np.random.default_rng(0)
    return [rng.random((*size, 3)).astype(np.float32) for size in SIZES]


def write_old(root, images):
    cells = np.empty((1, len(BOXES)), object)
    for i, boxes in enumerate(BOXES):
        cells[0, i] = np.array(boxes, float)
    savemat(root / 'info.mat', {'info': {'boundingboxes': cells, 'camera': 'x'}})
    for i, image in enumerate(images, start=1):
        savemat(root / f'images_srgb/{i:04d}.mat', {'InoisySRGB': image})


def write_new(root, images):
    """Files as MATLAB 7.3 writes them: axes backwards, cell arrays as references."""
    h5py = pytest.importorskip('h5py')
    with h5py.File(root / 'info.mat', 'w', userblock_size=512) as file:
        references = np.empty((len(BOXES), 1), h5py.ref_dtype)
        for i, boxes in enumerate(BOXES):
            references[i, 0] = file.create_dataset(f'#refs#/{i}', data=np.array(boxes, float).T).ref
        file.create_dataset('info/boundingboxes', data=references, dtype=h5py.ref_dtype)
    for i, image in enumerate(images, start=1):
        with h5py.File(root / f'images_srgb/{i:04d}.mat', 'w', userblock_size=512) as file:
            file['InoisySRGB'] = image.T


@pytest.fixture(params=[write_old, write_new])
def dnd(request, tmp_path):
    (tmp_path / 'images_srgb').mkdir()
    images = draw_images()
    request.param(tmp_path, images)
    assert is_hdf5(tmp_path / 'info.mat') == (request.param is write_new)
    return tmp_path, images


@pytest.mark.parametrize('cache', [False, True])
def test_boxes(dnd, cache):
    root, images = dnd
    dataset = DNDBoxes(root, pipeline=[], cache=cache)
    parts = [images[0][:5, :6], images[0][15:20, 25:31], images[1][2:33, 1:18]]
    assert len(dataset) == 3 and dataset.metainfo == {'name': 'dnd'}
    for index, part in enumerate(parts):
        results = dataset[index]
        np.testing.assert_array_equal(results['img'], part)
        assert results['img'].dtype == np.float32 and 'gt' not in results
    assert [Path(dataset[i]['img_path']).name for i in range(3)] == [
        '0001_01',
        '0001_02',
        '0002_01',
    ]
    assert len(DNDBoxes(root, pipeline=[], num_images=1)) == 2
    packed = DNDBoxes(root, pipeline=[dict(type='PackInputs')])[1]
    assert packed['inputs'].shape == (3, 5, 6) and packed['inputs'].is_floating_point()
    with pytest.raises(IndexError, match='3 boxes'):
        dataset[3]


def test_what_is_wrong_is_named(dnd):
    root, _ = dnd
    for options, message in (
        ({'num_images': 3}, 'from 1 to 2, got 3'),
        ({'pipeline': [{'type': 'LoadImage'}]}, 'remove LoadImage'),
    ):
        with pytest.raises(ValueError, match=message):
            DNDBoxes(root, **{'pipeline': [], **options})
    (root / 'images_srgb/0002.mat').rename(root / '2.mat')
    with pytest.raises(ValueError, match=r'1 images are missing .*for example 0002\.mat'):
        DNDBoxes(root, pipeline=[])
    savemat(root / 'images_srgb/0002.mat', {'InoisySRGB': np.zeros((30, 30, 3), np.float32)})
    with pytest.raises(ValueError, match='ends at row 33, column 18, outside the image of 30x30'):
        DNDBoxes(root, pipeline=[])[2]
    savemat(root / 'images_srgb/0001.mat', {'other': 1})
    with pytest.raises(ValueError, match='has no variable InoisySRGB'):
        DNDBoxes(root, pipeline=[])[0]
    savemat(root / 'info.mat', {'info': {'boundingboxes': np.zeros((2, 4))}})
    with pytest.raises(ValueError, match=r'expected info\.boundingboxes'):
        read_boxes(root / 'info.mat')
    with pytest.raises(ValueError, match='cannot read'):
        DNDBoxes(root / 'nowhere', pipeline=[])
    for content in (b'', b'<html>' * 200, (root / '2.mat').read_bytes()[:700]):
        (root / 'info.mat').write_bytes(content)
        with pytest.raises(
            ValueError, match=r'info\.mat (is damaged or not a MATLAB|has no variable)'
        ):
            DNDBoxes(root, pipeline=[])


def test_boxes_count_from_zero(tmp_path):
    (tmp_path / 'images_srgb').mkdir()
    write_old(tmp_path, [])
    assert read_boxes(tmp_path / 'info.mat')[0] == [Box(0, 0, 5, 6), Box(15, 25, 20, 31)]
    with pytest.raises(ValueError, match=r'has no variable info\.other'):
        read_matlab(tmp_path / 'info.mat', 'info', 'other')


def test_without_h5py(tmp_path, monkeypatch):
    (tmp_path / 'info.mat').write_bytes(bytes(512) + b'\x89HDF\r\n\x1a\n' + bytes(100))
    monkeypatch.setitem(sys.modules, 'h5py', None)
    with pytest.raises(ModuleNotFoundError, match='pip install h5py'):
        DNDBoxes(tmp_path, pipeline=[])
