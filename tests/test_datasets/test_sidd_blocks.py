"""The blocks of SIDD: what is read, in which order, and which files are refused."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from image_files import write_images
from scipy.io import savemat
from torch.utils.data import DataLoader

from mmrestore.datasets import ConcatDataset, SampleKey, SIDDBlocks, collate, sample_rng
from mmrestore.datasets.sidd_blocks import SPLITS, read_blocks

NOISY, CLEAN = SPLITS['validation']
PACKING = {'tensor': {'type': 'PackInputs'}}


def draw_blocks(seed, *, shape=(3, 4, 6, 7, 3), dtype=np.uint8):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(dtype)


def write_blocks(root, name, blocks, *, key=None, compressed=True):
    root.mkdir(parents=True, exist_ok=True)
    savemat(root / f'{name}.mat', {key or name: blocks}, do_compression=compressed)
    return blocks


@pytest.fixture
def arrays(tmp_path):
    """Noisy and clean blocks of three scenes with four blocks each, written below ``tmp_path``."""
    noisy = write_blocks(tmp_path, NOISY, draw_blocks(0))
    return noisy, write_blocks(tmp_path, CLEAN, draw_blocks(1), compressed=False)


def test_blocks_follow_scene_by_scene(arrays, tmp_path):
    noisy, clean = arrays
    dataset = SIDDBlocks(tmp_path, pipeline=[])
    assert len(dataset) == 12 and dataset.metainfo == {'name': 'sidd_validation'}
    for index in range(12):
        results = dataset[index]
        np.testing.assert_array_equal(results['img'], noisy[index // 4, index % 4])
        np.testing.assert_array_equal(results['gt'], clean[index // 4, index % 4])
        assert results['img'].dtype == np.uint8 and results['img'].flags.c_contiguous
        assert results['dataset'] == 'sidd_validation'
    assert dataset[7]['img_path'] == str(tmp_path / f'{NOISY}.mat/01_03')
    assert Path(dataset[11]['img_path']).stem == '02_03'
    for bad in (12, -1, SampleKey(0, 0, 12)):
        with pytest.raises(IndexError, match='12 blocks'):
            dataset[bad]


def test_draws_depend_on_the_key_alone(arrays, tmp_path):
    dataset = SIDDBlocks(tmp_path, pipeline=[])
    key = SampleKey(3, 1, 5)
    assert dataset[key]['rng'].integers(1 << 30) == sample_rng(key).integers(1 << 30)


@pytest.mark.parametrize(('num', 'scenes'), [(1, 1), (4, 1), (5, 2), (12, 3)])
def test_the_first_blocks(arrays, tmp_path, num, scenes):
    dataset = SIDDBlocks(tmp_path, pipeline=[], num_blocks=num, name='some')
    assert len(dataset) == num and dataset[0]['dataset'] == 'some'
    index = num - 1
    np.testing.assert_array_equal(dataset[index]['gt'], arrays[1][index // 4, index % 4])
    assert [len(array) for array in dataset._arrays] == [scenes, scenes]


def test_the_benchmark_has_no_targets(tmp_path):
    blocks = write_blocks(tmp_path, SPLITS['benchmark'][0], draw_blocks(2))
    dataset = SIDDBlocks(tmp_path, split='benchmark', pipeline=PACKING)
    sample = dataset[6]
    assert dataset.name == 'sidd_benchmark' and 'gt_img' not in sample['data_samples']
    np.testing.assert_array_equal(sample['inputs'].numpy(), blocks[1, 2].transpose(2, 0, 1))


def test_among_other_data_sets_in_workers(arrays, tmp_path):
    """Beside a folder, whose pipeline begins with files; workers read what this process reads."""
    write_images(tmp_path / 'images', '1_real.png', '1_mean.png', height=6, width=7)
    pair = {'root': str(tmp_path / 'images'), 'gt_root': str(tmp_path / 'images')}
    dataset = ConcatDataset(
        {
            'blocks': {'type': 'SIDDBlocks', 'root': str(tmp_path), 'pipeline': PACKING},
            'pairs': {
                'type': 'ImageFolder',
                'pattern': '{}_real',
                'gt_pattern': '{}_mean',
                **pair,
            },
        },
        pipeline={'image': {'type': 'LoadImage'}, **PACKING},
    )
    assert [dataset[i]['data_samples'].dataset for i in (0, 11, 12)] == [
        'blocks',
        'blocks',
        'pairs',
    ]
    batches = [
        [batch['inputs'] for batch in DataLoader(dataset, 5, num_workers=num, collate_fn=collate)]
        for num in (0, 2)
    ]
    assert [len(batch) for batch in batches[0]] == [5, 5, 3]
    assert all(a.equal(b) for a, b in zip(*batches, strict=True))
    copy = pickle.loads(pickle.dumps(dataset))
    assert copy[3]['inputs'].equal(dataset[3]['inputs'])


def test_what_is_no_file_of_sidd_is_refused(tmp_path):
    with pytest.raises(ValueError, match=rf'there is no file .*{NOISY}\.mat'):
        read_blocks(tmp_path / f'{NOISY}.mat')
    whole = tmp_path / 'whole'
    for compressed in (True, False):
        write_blocks(whole, NOISY, draw_blocks(0), compressed=compressed)
        content = (whole / f'{NOISY}.mat').read_bytes()
        for cut in (content[: len(content) // 2], content[:-1], content[:100], content[:150]):
            (tmp_path / f'{NOISY}.mat').write_bytes(cut)
            with pytest.raises(ValueError, match=rf'{NOISY}\.mat is damaged or not a MATLAB file'):
                read_blocks(tmp_path / f'{NOISY}.mat')
    header = b'MATLAB 7.3 MAT-file, Platform: GLNXA64'.ljust(124) + b'\x00\x02IM' + bytes(400)
    for wrong in (b'', b'<html>not found</html>' * 20, header):
        (tmp_path / f'{NOISY}.mat').write_bytes(wrong)
        with pytest.raises(ValueError, match='damaged or not a MATLAB file of version 5 to 7'):
            read_blocks(tmp_path / f'{NOISY}.mat')


class Trap:
    """Touches a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_pickles_are_not_executed(tmp_path):
    (tmp_path / f'{NOISY}.mat').write_bytes(pickle.dumps(Trap(tmp_path / 'sprung')))
    with pytest.raises(ValueError, match='not a MATLAB file'):
        read_blocks(tmp_path / f'{NOISY}.mat')
    assert not (tmp_path / 'sprung').exists()


@pytest.mark.parametrize(
    ('blocks', 'key', 'holds'),
    [
        (draw_blocks(0), 'blocks', r'blocks \(3, 4, 6, 7, 3\) uint8'),
        (draw_blocks(0, dtype=np.uint16), None, r'\(3, 4, 6, 7, 3\) uint16'),
        (draw_blocks(0) / 255, None, r'\(3, 4, 6, 7, 3\) double'),
        (draw_blocks(0)[0], None, r'\(4, 6, 7, 3\) uint8'),
        (draw_blocks(0)[..., :2], None, r'\(3, 4, 6, 7, 2\) uint8'),
    ],
)
def test_files_that_hold_something_else_are_refused(tmp_path, blocks, key, holds):
    write_blocks(tmp_path, NOISY, blocks, key=key)
    with pytest.raises(ValueError, match=rf'the variable {NOISY}, uint8 of .*, got .*{holds}'):
        read_blocks(tmp_path / f'{NOISY}.mat')


def test_noisy_and_clean_that_differ_are_refused(arrays, tmp_path):
    write_blocks(tmp_path, CLEAN, draw_blocks(1)[:2])
    with pytest.raises(ValueError, match=r'the same shape .*got \(3, 4, .* and \(2, 4, '):
        SIDDBlocks(tmp_path, pipeline=[])
    (tmp_path / f'{CLEAN}.mat').unlink()
    with pytest.raises(ValueError, match=rf'there is no file .*{CLEAN}\.mat'):
        SIDDBlocks(tmp_path, pipeline=[])


def test_wrong_options_are_refused(arrays, tmp_path):
    for options, message in (
        ({'split': 'training'}, r"one of \('validation', 'benchmark'\), got 'training'"),
        ({'num_blocks': 0}, 'from 1 to 12, got 0'),
        ({'num_blocks': 13}, 'from 1 to 12, got 13'),
        ({'pipeline': [{'type': 'LoadImage'}]}, 'remove LoadImage'),
    ):
        with pytest.raises(ValueError, match=message):
            SIDDBlocks(tmp_path, **{'pipeline': PACKING, **options})
