"""Data sets for deblurring: from the forms of their authors to the layout of the config."""

import dataclasses
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from image_files import random_image, write_image

from mmrestore.commands import main
from mmrestore.datasets import ImageFolder
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.listing import read_list_file
from mmrestore.datasets.prepare import (
    ARCHIVES,
    BENCHMARKS,
    draw_subset,
    prepare_archive,
    verify,
)

REPOSITORY = Path(__file__).parents[2]
NUMBERS = {'gopro_train': 4, 'gopro_test': 3, 'hide': 2, 'realblur_r': 2, 'realblur_j': 2}
SMALL = {
    key: dataclasses.replace(BENCHMARKS[key], num_images=num, editions={})
    for key, num in NUMBERS.items()
}
SETS = {
    **ARCHIVES,
    'gopro': dataclasses.replace(ARCHIVES['gopro'], subsets={'gopro_test': 2}),
}


def write_files(root, names):
    """Write a different image under each name; return them by name."""
    return {
        name: write_image(root / name, random_image(9, 13, seed=seed))
        for seed, name in enumerate(names)
    }


def pack(folder, archive):
    with zipfile.ZipFile(archive, 'w') as opened:
        for path in sorted(folder.rglob('*')):
            opened.write(path, path.relative_to(folder))


@pytest.fixture
def gopro(tmp_path):
    """A GoPro with 4 pairs for training and 3 for testing, unpacked, and its images."""
    frames = ['train/A_1/{}/07.png', 'train/A_1/{}/08.png', 'train/B-2/{}/07.png']
    frames += ['train/B-2/{}/09.png', 'test/C/{}/1.png', 'test/C/{}/2.png', 'test/C/{}/10.png']
    names = [frame.format(kind) for kind in ('blur', 'blur_gamma', 'sharp') for frame in frames]
    images = write_files(tmp_path / 'source/GOPRO_Large', names)
    (tmp_path / 'source/GOPRO_Large/train/A_1/frames.txt').write_text('not an image')
    return tmp_path / 'source', images


def prepare(name, source, root):
    lines = []
    prepare_archive(name, source, root, benchmarks=SMALL, archives=SETS, report=lines.append)
    return lines


@pytest.mark.parametrize('packed', [True, False])
def test_gopro(gopro, tmp_path, packed):
    source, images = gopro
    root = tmp_path / 'data'
    if packed:
        pack(source, tmp_path / 'GOPRO_Large.zip')
        shutil.rmtree(source)
        source = tmp_path / 'GOPRO_Large.zip'
    lines = prepare('gopro', source, root)
    assert lines == [
        f'gopro_train in {root}/GoPro/train: in order, 4 pairs',
        f'gopro_test in {root}/GoPro/test: in order, 3 pairs',
        f'{root}/GoPro/test_2.txt: written',
    ]
    found = {str(p.relative_to(root / 'GoPro')) for p in root.rglob('*.png')}
    train = ('A_1-07', 'A_1-08', 'B-2-07', 'B-2-09')
    expected = {f'train/{part}/{name}.png' for part in ('blur', 'sharp') for name in train}
    expected |= {f'test/{part}/C-{i}.png' for part in ('blur', 'sharp') for i in (1, 2, 10)}
    assert found == expected
    for part in ('blur', 'sharp'):
        np.testing.assert_array_equal(
            read_image(root / f'GoPro/train/{part}/B-2-09.png'), images[f'train/B-2/{part}/09.png']
        )
    listed = read_list_file(root / 'GoPro/test_2.txt')
    assert listed == draw_subset(['C-1', 'C-2', 'C-10'], 2)
    folder = ImageFolder(
        root / 'GoPro/test/blur',
        gt_root=root / 'GoPro/test/sharp',
        list_file=root / 'GoPro/test_2.txt',
        pipeline=[],
    )
    assert [name for name, _ in folder.samples] == [f'{name}.png' for name in listed]


def test_hide(tmp_path):
    names = ['test/close-ups/1fromA.png', 'test/long-shot/2fromB.png', 'train/3fromC.png']
    names += [f'GT/{i}.png' for i in ('1fromA', '2fromB', '3fromC')]
    images = write_files(tmp_path / 'HIDE_dataset', names)
    root = tmp_path / 'data'
    assert prepare('hide', tmp_path, root) == [f'hide in {root}/test/hide: in order, 2 pairs']
    assert len(list((root / 'test/hide').rglob('*.png'))) == 4
    pair = [read_image(root / f'test/hide/{part}/2fromB.png') for part in ('blur', 'sharp')]
    np.testing.assert_array_equal(pair[0], images['test/long-shot/2fromB.png'])
    np.testing.assert_array_equal(pair[1], images['GT/2fromB.png'])


def test_realblur(tmp_path):
    source = tmp_path / 'source'
    names = []
    for camera, folder in (('R', 'RealBlur-R_BM3D_ECC'), ('J', 'RealBlur-J_ECC')):
        pairs = [
            (f'{folder}/scene{scene}/gt/gt_{i}.png', f'{folder}/scene{scene}/blur/blur_{i}.png')
            for scene, i in (('004', 1), ('004', 11), ('007', 1))
        ]
        names += [name for pair in pairs for name in pair]
        chosen = [pairs[0], pairs[2]]  # the rest is for training
        (source / 'RealBlur').mkdir(parents=True, exist_ok=True)
        (source / f'RealBlur/RealBlur_{camera}_test_list.txt').write_text(
            ''.join(' '.join(pair) + ' \n' for pair in chosen)
        )
    images = write_files(source / 'RealBlur', names)
    root = tmp_path / 'data'
    lines = prepare('realblur', source, root)
    assert [line.split(': ')[1] for line in lines] == ['in order, 2 pairs'] * 2
    found = {p.name for p in (root / 'test/realblur_r').rglob('*.png')}
    assert found == {'scene004-1.png', 'scene007-1.png'}
    for part, name in (('blur', 'blur/blur_1'), ('sharp', 'gt/gt_1')):
        np.testing.assert_array_equal(
            read_image(root / f'test/realblur_j/{part}/scene007-1.png'),
            images[f'RealBlur-J_ECC/scene007/{name}.png'],
        )


def test_what_is_there_is_verified_and_never_overwritten(gopro, tmp_path):
    source, _ = gopro
    root = tmp_path / 'data'
    prepare('gopro', source, root)
    shutil.rmtree(source)
    list_file = root / 'GoPro/test_2.txt'
    list_file.write_text('C-1\n')
    assert len(prepare('gopro', source, root)) == 2  # without a source
    assert list_file.read_text() == 'C-1\n'
    (root / 'GoPro/test/sharp/C-10.png').unlink()
    write_image(root / 'GoPro/test/sharp/C-2.png', random_image(9, 12))
    with pytest.raises(ValueError) as error:
        prepare('gopro', source, root)
    for part in (
        'sharp/: expected 3 images, found 2',
        'C-10.png has no target',
        'C-2.png is 13x9, its target 12x9',
        'get it from https://seungjunnah.github.io',
        f'{root}/GoPro/test/blur and, with the same names, {root}/GoPro/test/sharp',
        'move it away',
    ):
        assert part in str(error.value)
    shutil.rmtree(root / 'GoPro/test/sharp')
    with pytest.raises(ValueError, match=r'there is no folder .*test/sharp'):
        prepare('gopro', source, root)


def test_sources_that_are_wrong_leave_nothing_behind(gopro, tmp_path):
    source, _ = gopro
    root = tmp_path / 'data'
    with pytest.raises(ValueError, match='expected one of gopro, hide, realblur'):
        prepare('x', source, root)
    with pytest.raises(ValueError, match='neither a file nor a folder'):
        prepare('gopro', tmp_path / 'nowhere', root)
    with pytest.raises(
        ValueError, match='contains no image of hide: expected the archive from https'
    ):
        prepare('hide', source / 'GOPRO_Large/train', root)
    (source / 'GOPRO_Large/test/C/sharp/1.png').unlink()
    with pytest.raises(ValueError, match=r'C-1\.png has no target'):
        prepare('gopro', source, root)
    assert (root / 'GoPro/train').exists()
    assert not (root / 'GoPro/test').exists()
    archive = tmp_path / 'x.zip'
    pack(source, archive)
    archive.write_bytes(archive.read_bytes()[:-30])
    with pytest.raises(ValueError, match='is damaged'):
        prepare('gopro', archive, root)


def test_an_input_that_is_its_target_is_found(tmp_path):
    for part in ('blur', 'sharp'):
        write_files(tmp_path / part, ['1.png', '2.png'])
    problems = verify('hide', tmp_path, SMALL['hide']).problems
    assert 'equal pixels: hide/blur/1.png, hide/sharp/1.png' in problems


def test_the_table_of_data_sets():
    numbers = {key: BENCHMARKS[key].num_images for key in NUMBERS}
    assert list(numbers.values()) == [2103, 1111, 2025, 980, 980]
    assert all(BENCHMARKS[key].pair == ('blur', 'sharp') for key in NUMBERS)
    assert dict(ARCHIVES['gopro'].subsets) == {'gopro_train': 1000, 'gopro_test': 30}


def test_the_command(tmp_path, gopro, capsys):
    folders = ['--source', str(gopro[0]), '--root', str(tmp_path / 'data')]
    with pytest.raises(SystemExit):
        main(['data', 'prepare', 'gopro', *folders])
    assert 'blur/: expected 2103 images, found 4' in capsys.readouterr().err
