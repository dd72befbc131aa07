"""The data set of folders: what it finds, checks, draws and keeps."""

import os
import pickle

import numpy as np
import pytest
import tifffile
import torch
from image_files import random_image, write_image, write_images
from PIL import Image
from torch.utils.data import DataLoader

from mmrestore.datasets import ImageFolder, SampleKey, collate
from mmrestore.datasets.transforms import LoadImage, PackInputs
from mmrestore.registry import DATASETS

TRAINING = [
    {'type': 'LoadImage'},
    {'type': 'RandomCrop', 'size': [4, 5]},
    {'type': 'RandomDihedral'},
    {'type': 'PackInputs'},
]
SQUARE = [*TRAINING[:1], {'type': 'RandomCrop', 'size': 6}, *TRAINING[2:]]
LOADING = [{'type': 'LoadImage'}]
PACKING = [{'type': 'LoadImage'}, {'type': 'PackInputs'}]


def test_single_images_in_natural_order(tmp_path):
    images = write_images(tmp_path / 'photos', '2.png', '10.png', 'x/1.PNG')
    dataset = ImageFolder(tmp_path / 'photos', pipeline=LOADING)
    assert len(dataset) == 3 and dataset.name == 'photos' and dataset.metainfo == {'name': 'photos'}
    for i, image in enumerate(images):
        results = dataset[i]
        np.testing.assert_array_equal(results['img'], image)
        assert 'gt' not in results and results['dataset'] == 'photos'
    assert dataset[2]['img_path'] == str(tmp_path / 'photos/x/1.PNG')
    assert len(ImageFolder(tmp_path / 'photos', pipeline=LOADING, recursive=False)) == 2
    with pytest.raises(IndexError):
        dataset[3]


def test_it_is_built_from_a_config_with_named_steps(tmp_path):
    write_images(tmp_path, 'a.png')
    steps = {'image': {'type': 'LoadImage'}, 'patch': None, 'tensor': PackInputs()}
    dataset = DATASETS.build(
        {'type': 'ImageFolder', 'root': str(tmp_path), 'pipeline': steps, 'name': 'mine'}
    )
    assert dataset[0]['data_samples'].dataset == 'mine'


def test_pairs_of_two_folders_with_a_scale(tmp_path):
    inputs = write_images(tmp_path / 'LR', '1x2.png', 's/2x2.png', height=5, width=6)
    targets = write_images(tmp_path / 'HR', '1.PNG', 's/2.tif', height=10, width=12)
    dataset = ImageFolder(
        tmp_path / 'LR', gt_root=tmp_path / 'HR', pattern='{}x2', scale=2, pipeline=LOADING
    )
    assert len(dataset) == 2
    for i in range(2):
        np.testing.assert_array_equal(dataset[i]['img'], inputs[i])
        np.testing.assert_array_equal(dataset[i]['gt'], targets[i])
    assert dataset[1]['gt_path'] == str(tmp_path / 'HR/s/2.tif')


def test_pairs_in_one_folder(tmp_path):
    write_images(tmp_path, 'a_real.JPG', 'a_mean.JPG', 'b_real.png', 'b_mean.png', 'cover.png')
    both = ImageFolder(
        tmp_path, gt_root=tmp_path, pattern='{}_real', gt_pattern='{}_mean', pipeline=LOADING
    )
    assert both.samples == [('a_real.JPG', 'a_mean.JPG'), ('b_real.png', 'b_mean.png')]
    noisy = ImageFolder(tmp_path, pattern='{}_real', pipeline=LOADING)
    assert noisy.samples == [('a_real.JPG', None), ('b_real.png', None)]
    with pytest.raises(ValueError, match=r"matches the pattern '\{\}x4'"):
        ImageFolder(tmp_path, pattern='{}x4', pipeline=LOADING)


def test_subsets_by_list_file_and_by_names(tmp_path):
    write_images(tmp_path / 'images', '1.png', '2.png', '3.png')
    (tmp_path / 'list.txt').write_text('# two\n3\n1.png\n')
    listed = ImageFolder(tmp_path / 'images', list_file=tmp_path / 'list.txt', pipeline=LOADING)
    assert [name for name, _ in listed.samples] == ['1.png', '3.png']
    named = ImageFolder(tmp_path / 'images', files=('2.png',), pipeline=LOADING)
    assert named.samples == [('2.png', None)]
    with pytest.raises(ValueError, match=r'(?s)2 problem.*5\.png is listed.*7 is listed'):
        ImageFolder(tmp_path / 'images', files=['1', '5.png', '7'], pipeline=LOADING)
    with pytest.raises(ValueError, match='got both'):
        ImageFolder(tmp_path / 'images', list_file='a', files=['1'], pipeline=LOADING)


def test_a_list_of_pairs_leaves_other_targets_alone(tmp_path):
    write_images(tmp_path / 'in', '1.png', '2.png')
    write_images(tmp_path / 'out', '1.png', '2.png', '3.png')
    folders = {'gt_root': tmp_path / 'out', 'pipeline': LOADING}
    assert len(ImageFolder(tmp_path / 'in', files=['2'], **folders)) == 1
    with pytest.raises(ValueError, match=r'3\.png has no input'):
        ImageFolder(tmp_path / 'in', **folders)


def test_everything_that_is_wrong_is_in_one_error(tmp_path):
    write_images(tmp_path / 'in', '1.png', '2.png', '3.png', '4.png', '5.png')
    write_images(tmp_path / 'out', '1.png', '2.png', '3.png', '4.png', '6.png')
    (tmp_path / 'in/1.png').write_bytes(b'no image')
    whole = (tmp_path / 'out/2.png').read_bytes()
    (tmp_path / 'out/2.png').write_bytes(whole[:-15])
    write_image(tmp_path / 'out/3.png', random_image(9, 14))
    write_image(tmp_path / 'in/4.png', random_image(3, 13))
    write_image(tmp_path / 'out/4.png', random_image(3, 13))
    with pytest.raises(ValueError) as error:
        ImageFolder(tmp_path / 'in', gt_root=tmp_path / 'out', pipeline=TRAINING, name='mine')
    text = str(error.value)
    assert "'mine'" in text and '6 problem(s)' in text
    for part in (
        '5.png has no target',
        '6.png has no input',
        f'cannot read {tmp_path}/in/1.png: it is not an image',
        f'cannot read {tmp_path}/out/2.png: its end is missing',
        'out/3.png is 9x14 (height x width): expected the same size',
        'in/4.png is 3x13 (height x width), smaller than the 4x5',
    ):
        assert part in text


def test_wrong_options_are_refused(tmp_path):
    write_images(tmp_path, '1.png')
    for options, message in (
        ({'check': 'none'}, "'header', 'decode'"),
        ({'scale': 2}, 'gt_root'),
        ({'gt_pattern': '{}_mean'}, 'gt_root'),
        ({'gt_root': tmp_path}, 'the same pattern'),
        ({'gt_root': tmp_path / 'nowhere'}, 'nowhere'),
    ):
        with pytest.raises(ValueError, match=message):
            ImageFolder(tmp_path, pipeline=LOADING, **options)
    with pytest.raises(ValueError, match='LoadImage'):
        ImageFolder(tmp_path, pipeline=[PackInputs()], cache=True)
    with pytest.raises(ValueError, match='no folder'):
        ImageFolder(tmp_path / 'nowhere', pipeline=LOADING)


def test_decoding_finds_damage_that_the_header_does_not_show(tmp_path):
    write_images(tmp_path, '1.jpg', '2.jpg', height=40, width=60)
    content = bytearray((tmp_path / '1.jpg').read_bytes())
    content[1000:1200] = bytes(200)
    (tmp_path / '1.jpg').write_bytes(content)
    ImageFolder(tmp_path, pipeline=LOADING)
    with pytest.raises(ValueError, match=r'1 problem.*\n.*1\.jpg: it is damaged within'):
        ImageFolder(tmp_path, pipeline=LOADING, check='decode')


def test_files_of_another_depth_are_named_before_training(tmp_path):
    write_images(tmp_path / 'in', '1.png', '2.png', '3.png')
    write_images(tmp_path / 'out', '1.png', '2.png', '3.png')
    deep = random_image(9, 13, dtype=np.uint16)
    for number in range(1, 4):
        write_image(tmp_path / f'out/{number}.png', deep)
    options = {'gt_root': tmp_path / 'out', 'pipeline': LOADING}
    assert len(ImageFolder(tmp_path / 'in', **options)) == 3  # targets may be deeper
    write_image(tmp_path / 'in/2.png', deep)
    (tmp_path / 'in/3.png').unlink()
    tifffile.imwrite(tmp_path / 'in/3.tif', np.full((9, 13), 0.5, np.float32))
    write_images(tmp_path / 'in', '4.png')
    write_image(tmp_path / 'out/4.png', deep)
    with pytest.raises(ValueError, match='2 problem') as error:
        ImageFolder(tmp_path / 'in', **options)
    assert 'in/2.png has values of uint16, most others of uint8' in str(error.value)
    assert 'in/3.tif has values of float32, most others of uint8' in str(error.value)


def test_float_files_are_loaded_as_they_are(tmp_path):
    image = np.random.default_rng(0).random((9, 13, 3), np.float32)
    tifffile.imwrite(tmp_path / '1.tif', image, photometric='rgb')
    sample = ImageFolder(tmp_path, pipeline=PACKING)[0]
    np.testing.assert_array_equal(sample['inputs'].numpy(), image.transpose(2, 0, 1))


@pytest.mark.parametrize('cache', [False, True])
def test_draws_depend_on_the_key_alone(tmp_path, cache):
    write_images(tmp_path, '1.png', '2.png', height=30, width=31)
    dataset = ImageFolder(tmp_path, pipeline=SQUARE, cache=cache)
    keys = [SampleKey(s, e, i) for s in (0, 1) for e in (0, 1) for i in (0, 1)]
    forwards = {key: dataset[key]['inputs'] for key in keys}
    backwards = {key: dataset[key]['inputs'] for key in reversed(keys)}
    assert all(forwards[key].equal(backwards[key]) for key in keys)
    assert len({value.numpy().tobytes() for value in forwards.values()}) == len(keys)
    assert dataset[1]['inputs'].equal(forwards[SampleKey(0, 0, 1)])


def test_a_cache_changes_nothing_but_the_time(tmp_path):
    write_images(tmp_path, '1.png', '2.png', height=30, width=31)
    keys = [SampleKey(0, e, i) for e in range(3) for i in range(2)]
    read, kept = (ImageFolder(tmp_path, pipeline=SQUARE, cache=cache) for cache in (False, True))
    expected = [read[key]['inputs'] for key in keys]
    (tmp_path / '1.png').unlink()
    assert all(kept[key]['inputs'].equal(e) for key, e in zip(keys, expected, strict=True))
    kept[0]['inputs'].zero_()
    assert kept[0]['inputs'].equal(expected[0])


@pytest.mark.parametrize('cache', [False, True])
def test_workers_draw_what_the_main_process_draws(tmp_path, cache):
    write_images(tmp_path, *(f'{i}.png' for i in range(6)), height=30, width=31)
    dataset = ImageFolder(tmp_path, pipeline=SQUARE, cache=cache)
    keys = [SampleKey(1, e, i) for e in range(2) for i in range(6)]
    batches = [
        [
            b['inputs']
            for b in DataLoader(dataset, 4, sampler=keys, num_workers=n, collate_fn=collate)
        ]
        for n in (0, 2)
    ]
    assert len(batches[0]) == 3
    assert all(a.equal(b) for a, b in zip(*batches, strict=True))


@pytest.mark.parametrize('cache', [False, True])
def test_a_pickled_copy_gives_the_same_samples(tmp_path, cache):
    """Workers that are spawned get the data set by pickling."""
    write_images(tmp_path, '1.png', height=30, width=31)
    dataset = ImageFolder(tmp_path, pipeline=SQUARE, cache=cache)
    copy = pickle.loads(pickle.dumps(dataset))
    assert copy[0]['inputs'].equal(dataset[0]['inputs'])


@pytest.mark.parametrize(
    ('dtype', 'expected'), [(np.uint8, torch.uint8), (np.uint16, torch.uint16)]
)
@pytest.mark.parametrize('color', ['rgb', 'gray'])
def test_depth_and_color_reach_the_sample(tmp_path, dtype, expected, color):
    image = write_image(tmp_path / '1.png', random_image(8, 9, channels=1, dtype=dtype))
    pipeline = [LoadImage(color), PackInputs()]
    inputs = ImageFolder(tmp_path, pipeline=pipeline)[0]['inputs']
    channels = 3 if color == 'rgb' else 1
    assert inputs.shape == (channels, 8, 9) and inputs.dtype == expected
    np.testing.assert_array_equal(inputs.numpy(), image.transpose(2, 0, 1).repeat(channels, axis=0))


def test_checking_does_not_decode_unless_told_to(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise ValueError('decoded')

    write_images(tmp_path, '0.png', '1.jpg', height=200, width=300)
    monkeypatch.setattr('mmrestore.datasets.formats.opencv.cv2.imdecode', refuse)
    assert len(ImageFolder(tmp_path, pipeline=PACKING)) == 2
    with pytest.raises(ValueError, match='2 problem'):
        ImageFolder(tmp_path, pipeline=PACKING, check='decode')


def test_real_pairs(shared):
    folder = shared / 'data/polyu'
    dataset = ImageFolder(
        folder, gt_root=folder, pattern='{}_real', gt_pattern='{}_mean', pipeline=PACKING
    )
    assert len(dataset) == 100
    errors = []
    for sample in dataset:
        noisy, clean = sample['inputs'].int(), sample['data_samples'].gt_img.int()
        errors.append(((noisy - clean) ** 2).sum().item() / noisy.numel())
    psnr = 20 * np.log10(255) - 10 * np.log10(errors)
    assert abs(psnr.mean() - 35.97) < 0.005


def test_roots_as_people_type_them(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    composed, decomposed = 'caf\u00e9', 'cafe\u0301'
    write_images(tmp_path / decomposed, f'{composed}.png')
    write_images(tmp_path / 'clean', f'{decomposed}.png')
    (tmp_path / 'list.txt').write_text(f'{decomposed}\r\n', encoding='utf-8-sig')
    dataset = ImageFolder(
        f'~/{composed}', gt_root='~/clean', list_file='~/list.txt', pipeline=LOADING
    )
    assert dataset.samples == [(f'{composed}.png', f'{decomposed}.png')]
    np.testing.assert_array_equal(dataset[0]['img'], dataset[0]['gt'])


def test_names_of_any_bytes_are_loaded(tmp_path):
    names = [os.fsdecode(name) for name in (b'a\nb.png', b't\xe9.png')]
    root = tmp_path / os.fsdecode(b'r\xe9\n')
    root.mkdir()
    for name in names:
        Image.fromarray(random_image(9, 13)).save(tmp_path / 'a.png')
        (tmp_path / 'a.png').rename(root / name)
    dataset = ImageFolder(root, pipeline=LOADING)
    assert dataset.name == r'r\xe9\n'
    for index in range(2):
        np.testing.assert_array_equal(dataset[index]['img'], random_image(9, 13))
    (root / names[0]).write_bytes(b'no image')
    with pytest.raises(ValueError) as caught:
        ImageFolder(root, pipeline=LOADING)
    assert r'a\nb.png' in str(caught.value) and len(str(caught.value).splitlines()) == 2


def test_the_title_of_a_pair_is_that_of_its_target(tmp_path):
    write_images(tmp_path / 'in', 'a/1x2.png', '2x2.png')
    write_images(tmp_path / 'gt', 'a/1.png', '2.png', height=18, width=26)
    steps = [dict(type='LoadImage'), dict(type='PackInputs')]
    options = dict(gt_root=tmp_path / 'gt', pattern='{}x2', scale=2, pipeline=steps)
    pairs = ImageFolder(tmp_path / 'in', **options)
    assert [sample['data_samples'].title for sample in pairs] == ['2', 'a/1']
    single = ImageFolder(tmp_path / 'in', pipeline=steps)
    assert [sample['data_samples'].title for sample in single] == ['2x2', 'a/1x2']
