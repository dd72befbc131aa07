"""Clean photographs and pairs with real noise: from their archives to the layout of the configs."""

import dataclasses
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from image_files import random_image, write_image, write_images
from scipy.io import savemat

from mmrestore.commands import main
from mmrestore.datasets import ImageFolder
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.prepare import ARCHIVES, BENCHMARKS, prepare_archive, verify

REPOSITORY = Path(__file__).parents[2]
SMALL = {
    'flickr2k': dataclasses.replace(
        BENCHMARKS['flickr2k'], num_images=2, names=('000001', '000002')
    ),
    'bsds400': dataclasses.replace(BENCHMARKS['bsds400'], num_images=3, editions={}),
    'wed': dataclasses.replace(BENCHMARKS['wed'], num_images=2, names=('00001', '00002')),
    'polyu': dataclasses.replace(BENCHMARKS['polyu'], num_images=2, editions={}),
    'cc': dataclasses.replace(BENCHMARKS['cc'], num_images=1, editions={}),
}


def prepare(name, source, root):
    lines = []
    prepare_archive(name, source, root, benchmarks=SMALL, report=lines.append)
    return lines


def found_below(root):
    return {path.relative_to(root).as_posix() for path in root.rglob('*') if path.is_file()}


def pack(folder, archive, mode):
    with tarfile.open(archive, mode) as opened:
        opened.add(folder, folder.name)


def test_flickr2k_from_a_tar_file(tmp_path):
    source, root = tmp_path / 'Flickr2K', tmp_path / 'data'
    images = write_images(source / 'Flickr2K_HR', '000001.png', '000002.png')
    write_images(source / 'Flickr2K_LR_bicubic/X2', '000001x2.png', '000002x2.png')
    pack(source, tmp_path / 'Flickr2K.tar', 'w')
    lines = prepare('flickr2k', tmp_path / 'Flickr2K.tar', root)
    assert lines == [f'flickr2k in {root}/Flickr2K/HR: in order, 2 images']
    assert found_below(root) == {f'Flickr2K/HR/00000{i}.png' for i in (1, 2)}
    np.testing.assert_array_equal(read_image(root / 'Flickr2K/HR/000002.png'), images[1])


@pytest.mark.parametrize('packed', [True, False])
def test_bsds500_without_the_part_of_cbsd68(tmp_path, packed):
    source, root = tmp_path / 'BSR', tmp_path / 'data'
    images = source / 'BSDS500/data/images'
    write_images(images, 'train/100075.jpg', 'train/8143.jpg', 'test/2018.jpg', 'val/101085.jpg')
    (images / 'train/Thumbs.db').write_text('x')
    write_images(source / 'bench/data/images', '2018.jpg')
    (source / 'BSDS500/data/groundTruth/train').mkdir(parents=True)
    (source / 'BSDS500/data/groundTruth/train/8143.mat').write_text('x')
    if packed:
        pack(source, tmp_path / 'BSR_bsds500.tgz', 'w:gz')
        source = tmp_path / 'BSR_bsds500.tgz'
    lines = prepare('bsds500', source, root)
    assert lines == [f'bsds400 in {root}/BSDS500/train_test: in order, 3 images']
    names = {'100075.jpg', '8143.jpg', '2018.jpg'}
    assert found_below(root) == {f'BSDS500/train_test/{name}' for name in names}
    written, original = root / 'BSDS500/train_test/2018.jpg', images / 'test/2018.jpg'
    assert written.read_bytes() == original.read_bytes()


def test_images_to_test_on_are_named(tmp_path):
    write_images(tmp_path, '100075.jpg', '101085.png', '3096.jpg')
    report = verify('bsds400', tmp_path, SMALL['bsds400'])
    assert report.problems[0] == 'images to test on (2): 3096, 101085'
    assert len(BENCHMARKS['bsds400'].foreign) == len(set(BENCHMARKS['bsds400'].foreign)) == 68


def test_wed_from_its_folder(tmp_path):
    source, root = tmp_path / 'exploration_database_and_code', tmp_path / 'data'
    write_images(source / 'pristine_images', '00001.bmp', '00002.bmp')
    write_images(source / 'support', 'logo.bmp')
    archive = tmp_path / 'exploration_database_and_code.rar'
    archive.write_bytes(b'Rar!')
    with pytest.raises(ValueError, match=r'code\.rar: unpack it and give the folder'):
        prepare('wed', archive, root)
    expected = [f'wed in {root}/WED: in order, 2 images']
    assert prepare('wed', source, root) == expected
    assert prepare('wed', archive, root) == expected  # there already
    assert found_below(root) == {'WED/00001.bmp', 'WED/00002.bmp'}


def test_polyu_and_cc(tmp_path):
    root = tmp_path / 'data'
    polyu = ['a_1_real.JPG', 'a_1_mean.JPG', 'b_2_real.JPG', 'b_2_mean.JPG']
    write_images(tmp_path / 'PolyU/CroppedImages', *polyu)
    write_images(tmp_path / 'PolyU/OriginalImages', 'a_Real.JPG', 'a_mean.JPG')
    lines = prepare('polyu', tmp_path / 'PolyU', root)
    assert lines == [f'polyu in {root}/test/polyu: in order, 2 pairs']
    assert {path.name for path in (root / 'test/polyu').iterdir()} == set(polyu)
    images = write_images(tmp_path / 'cc', 'd600_1_real.png', 'd600_1_mean.png')
    assert prepare('cc', tmp_path / 'cc', root) == [f'cc in {root}/test/cc: in order, 1 pairs']
    pair = ImageFolder(
        root / 'test/cc',
        gt_root=root / 'test/cc',
        pattern='{}_real',
        gt_pattern='{}_mean',
        pipeline=[{'type': 'LoadImage'}],
    )[0]
    np.testing.assert_array_equal(pair['img'], images[0])
    np.testing.assert_array_equal(pair['gt'], images[1])


def test_what_is_wrong_with_pairs_in_one_folder(tmp_path):
    write_images(tmp_path, 'a_real.png', 'a_mean.png', 'b_real.png', 'c_mean.png', 'note.png')
    write_image(tmp_path / 'a_mean.png', random_image(9, 12))
    problems = verify('polyu', tmp_path, SMALL['polyu']).problems
    assert problems[:3] == [
        'b_real.png has no target',
        'c_mean.png has no input',
        'a_real.png is 13x9, its target 12x9',
    ]
    assert problems[3].endswith(f'its images belong directly in {tmp_path}')
    (tmp_path / 'b_real.png').unlink()
    assert '{}_real: expected 2 images, found 1' in verify('x', tmp_path, SMALL['polyu']).problems
    assert len(verify('x', tmp_path / 'nowhere', SMALL['polyu']).problems) == 2


def test_a_tar_file_that_points_outside_does_no_harm(tmp_path):
    source = tmp_path / 'in'
    write_images(source, '000001.png', '000002.png')
    with tarfile.open(tmp_path / 'x.tar', 'w') as opened:
        for name in ('000001.png', '000002.png'):
            opened.add(source / name, f'../../{name}')
        link = tarfile.TarInfo('000003.png')
        link.type, link.linkname = tarfile.SYMTYPE, '/etc/passwd'
        opened.addfile(link)
        content = b'x'
        other = tarfile.TarInfo('/tmp/000004.txt')
        other.size = len(content)
        opened.addfile(other, io.BytesIO(content))
    prepare('flickr2k', tmp_path / 'x.tar', tmp_path / 'a/b/data')
    assert found_below(tmp_path / 'a') == {f'b/data/Flickr2K/HR/00000{i}.png' for i in (1, 2)}


def test_damaged_and_incomplete_archives_leave_nothing_behind(tmp_path):
    source, root = tmp_path / 'in', tmp_path / 'data'
    write_images(source, '000001.png')
    pack(source, tmp_path / 'x.tgz', 'w:gz')
    with pytest.raises(ValueError, match=r'missing \(1\): 000002'):
        prepare('flickr2k', tmp_path / 'x.tgz', root)
    content = (tmp_path / 'x.tgz').read_bytes()
    for wrong in (content[: len(content) // 2], b'', b'x' * 600):
        (tmp_path / 'x.tgz').write_bytes(wrong)
        with pytest.raises(ValueError, match=r'x\.tgz is damaged .*get it again from https'):
            prepare('flickr2k', tmp_path / 'x.tgz', root)
    (source / '000001.png').write_bytes((source / '000001.png').read_bytes()[:-20])
    with pytest.raises(ValueError, match=r'HR/000001\.png: its end is missing'):
        prepare('flickr2k', source, root)
    assert not found_below(tmp_path / 'data')


@pytest.fixture
def sidd(tmp_path):
    """The files of a SIDD with six blocks of 8 x 8."""
    shape = (2, 3, 8, 8, 3)
    for name in ('ValidationNoisyBlocksSrgb', 'ValidationGtBlocksSrgb', 'BenchmarkNoisyBlocksSrgb'):
        savemat(tmp_path / f'{name}.mat', {name: np.zeros(shape, np.uint8)})
    return tmp_path


def test_sidd(sidd):
    validation, benchmark = (
        dataclasses.replace(BENCHMARKS[f'sidd_{split}'], num_images=6, editions={})
        for split in ('validation', 'benchmark')
    )
    report = verify('sidd_validation', sidd, validation)
    assert str(report) == f'sidd_validation in {sidd}: in order, 6 pairs'
    assert 'in order, 6 images' in str(verify('sidd_benchmark', sidd, benchmark))
    problems = verify('sidd_validation', sidd, BENCHMARKS['sidd_validation']).problems
    assert problems[:2] == [
        'expected 1280 blocks, found 6',
        'a block is 8x8, expected: 256x256',
    ]
    assert problems[2].endswith(f'its files belong directly in {sidd}')
    (sidd / 'ValidationGtBlocksSrgb.mat').unlink()
    problems = verify('sidd_validation', sidd, validation).problems
    assert 'there is no file' in problems[0]


def test_the_table_of_data_sets():
    names = {archive: ARCHIVES[archive].benchmarks for archive in ('flickr2k', 'bsds500', 'wed')}
    assert names == {'flickr2k': ('flickr2k',), 'bsds500': ('bsds400',), 'wed': ('wed',)}
    photographs = ('div2k_train', 'flickr2k', 'bsds400', 'wed')
    assert [BENCHMARKS[name].num_images for name in photographs] == [800, 2650, 400, 4744]
    assert BENCHMARKS['flickr2k'].names[-1] == '002650' and BENCHMARKS['wed'].names[0] == '00001'
    assert BENCHMARKS['sidd_validation'].num_images == 40 * 32


def test_the_commands(tmp_path, capsys):
    write_images(tmp_path / 'HR', '1.png', height=17, width=14)
    folders = [str(tmp_path / 'HR'), str(tmp_path / 'sub')]
    main(['data', 'sub-images', *folders, '--size', '10', '--step', '4'])
    assert capsys.readouterr().out == f'{tmp_path}/sub: 6 parts\n'
    words = ['--source', str(tmp_path), '--root', str(tmp_path / 'data')]
    with pytest.raises(SystemExit):
        main(['data', 'prepare', 'wed', *words])
    expected = 'contains no image of wed: expected the archive from https'
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize(('name', 'folder'), [('bsds400', 'bsds400_train'), ('polyu', 'polyu')])
def test_the_real_images_are_in_order(shared, name, folder):
    assert verify(name, shared / 'data' / folder, BENCHMARKS[name]).problems == []
