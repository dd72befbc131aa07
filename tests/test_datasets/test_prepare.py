"""Unpacking, cutting, verifying and drawing subsets."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from image_files import random_image, write_image, write_images

from mmrestore.commands import main
from mmrestore.datasets.image_file import ImageSize, read_image
from mmrestore.datasets.listing import read_list_file
from mmrestore.datasets.prepare import (
    BENCHMARKS,
    Benchmark,
    cut_sub_images,
    draw_subset,
    find_duplicates,
    prepare_div2k,
    subset_text,
    verify,
)
from mmrestore.datasets.prepare.folders import appearing
from mmrestore.datasets.prepare.sub_images import starts

REPOSITORY = Path(__file__).parents[2]
SPLITS = {'train': ('0001', '0002'), 'valid': ('0801',)}


def pack(archive: Path, folder: Path, *, inside: str) -> None:
    with zipfile.ZipFile(archive, 'w') as opened:
        for path in sorted(folder.iterdir()):
            opened.write(path, f'{inside}/{path.name}')


@pytest.fixture
def downloads(tmp_path):
    """The archives of a DIV2K with three images."""
    source, loose = tmp_path / 'downloads', tmp_path / 'loose'
    source.mkdir()
    write_images(loose / 'train', '0001.png', '0002.png')
    write_images(loose / 'valid', '0801.png')
    write_images(loose / 'X2', '0001x2.png', '0002x2.png')
    write_images(loose / 'valid_X2', '0801x2.png')
    pack(source / 'DIV2K_train_HR.zip', loose / 'train', inside='DIV2K_train_HR')
    pack(source / 'DIV2K_valid_HR.zip', loose / 'valid', inside='DIV2K_valid_HR')
    pack(source / 'DIV2K_train_LR_bicubic_X2.zip', loose / 'X2', inside='DIV2K_train_LR_bicubic/X2')
    (source / 'DIV2K_valid_LR_bicubic').mkdir()
    shutil.copytree(loose / 'valid_X2', source / 'DIV2K_valid_LR_bicubic/X2')
    return source


def prepare(source, root, **options):
    lines = []
    prepare_div2k(source, root, splits=SPLITS, report=lines.append, **options)
    return lines


def test_div2k_from_archives_and_folders(downloads, tmp_path):
    root = tmp_path / 'data'
    lines = prepare(downloads, root, scales=[2])
    assert len(lines) == 4 and all('written' in line for line in lines)
    found = {str(p.relative_to(root / 'DIV2K')) for p in root.rglob('*.png')}
    assert found == {
        'train/HR/0001.png',
        'train/HR/0002.png',
        'valid/HR/0801.png',
        'train/LR_bicubic/X2/0001x2.png',
        'train/LR_bicubic/X2/0002x2.png',
        'valid/LR_bicubic/X2/0801x2.png',
    }
    np.testing.assert_array_equal(
        read_image(root / 'DIV2K/train/HR/0002.png'), random_image(9, 13, seed=1)
    )
    assert not list(root.rglob('*.partial'))


def test_what_is_there_is_verified_and_never_overwritten(downloads, tmp_path):
    root = tmp_path / 'data'
    prepare(downloads, root)
    marked = root / 'DIV2K/train/HR/0001.png'
    own = write_image(marked, random_image(7, 7))
    assert all('already complete' in line for line in prepare(downloads, root))
    np.testing.assert_array_equal(read_image(marked), own)
    shutil.rmtree(downloads)
    assert len(prepare(downloads, root)) == 2
    marked.write_bytes(marked.read_bytes()[:-20])
    (marked.parent / 'other.png').touch()
    with pytest.raises(
        ValueError, match=r'(?s)other\.png is unexpected.*0001\.png: its end is missing'
    ):
        prepare(downloads, root)


def test_missing_archives_are_named_before_anything_is_done(downloads, tmp_path):
    (downloads / 'DIV2K_valid_HR.zip').unlink()
    with pytest.raises(ValueError, match=r'DIV2K_valid_HR\.zip.*https://data\.vision'):
        prepare(downloads, tmp_path / 'data')
    assert not (tmp_path / 'data').exists()
    with pytest.raises(ValueError, match=r'2, 3 and 4, got \[8\]'):
        prepare(downloads, tmp_path / 'data', scales=[8])


@pytest.mark.parametrize(
    'name', ['../0001.png', '/tmp/0001.png', 'a/../../0001.png', '..\\0001.png']
)
def test_archives_that_point_outside_are_refused(downloads, tmp_path, name):
    with zipfile.ZipFile(downloads / 'DIV2K_train_HR.zip', 'a') as opened:
        opened.writestr(name, b'x')
    with pytest.raises(ValueError, match='a path outside the folder'):
        prepare(downloads, tmp_path / 'data')
    assert not list((tmp_path / 'data').rglob('*.png'))


def test_damaged_and_incomplete_archives_leave_nothing_behind(downloads, tmp_path):
    archive = downloads / 'DIV2K_train_HR.zip'
    content = bytearray(archive.read_bytes())
    content[150:160] = bytes(10)
    archive.write_bytes(content)
    with pytest.raises(ValueError, match='is damaged'):
        prepare(downloads, tmp_path / 'data')
    archive.write_bytes(content[:-30])
    with pytest.raises(ValueError, match='is damaged'):
        prepare(downloads, tmp_path / 'data')
    write_images(tmp_path / 'one', '0001.png')
    pack(archive, tmp_path / 'one', inside='DIV2K_train_HR')
    with pytest.raises(ValueError, match=r'0002\.png is missing'):
        prepare(downloads, tmp_path / 'data')
    assert not list((tmp_path / 'data').rglob('*.*'))


def test_files_that_do_not_belong_to_it_stay_packed(downloads, tmp_path):
    with zipfile.ZipFile(downloads / 'DIV2K_train_HR.zip', 'a') as opened:
        opened.writestr('__MACOSX/._0001.png', b'x')
        opened.writestr('readme.txt', b'x')
    prepare(downloads, tmp_path / 'data')
    assert len(list((tmp_path / 'data/DIV2K/train/HR').iterdir())) == 2


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / 'a/b'
    with pytest.raises(RuntimeError), appearing(target) as folder:
        (folder / 'x').touch()
        raise RuntimeError
    assert list((tmp_path / 'a').iterdir()) == []
    with appearing(target) as folder:
        (folder / 'x').touch()
        assert not target.exists()
    assert [path.name for path in target.iterdir()] == ['x']
    with pytest.raises(FileExistsError, match='is not overwritten'), appearing(target):
        pass


@pytest.mark.parametrize(
    ('length', 'threshold', 'expected'),
    [
        (10, 0, [0]),
        (11, 0, [0, 1]),
        (11, 1, [0]),
        (14, 0, [0, 4]),
        (17, 0, [0, 4, 7]),
        (18, 0, [0, 4, 8]),
    ],
)
def test_places_of_parts(length, threshold, expected):
    assert starts(length, 10, 4, threshold) == expected


def test_sub_images_cover_the_image(tmp_path):
    image = write_image(tmp_path / 'HR/0001.png', random_image(17, 14, dtype=np.uint16))
    assert cut_sub_images(tmp_path / 'HR', tmp_path / 'sub', size=10, step=4) == 6
    places = [(y, x) for y in (0, 4, 7) for x in (0, 4)]
    for i, (y, x) in enumerate(places, start=1):
        part = read_image(tmp_path / f'sub/0001_s{i:03d}.png')
        np.testing.assert_array_equal(part, image[y : y + 10, x : x + 10])
    assert cut_sub_images(tmp_path / 'HR', tmp_path / 'sub', size=10, step=4) == 6
    with pytest.raises(ValueError, match='unexpected'):
        cut_sub_images(tmp_path / 'HR', tmp_path / 'sub', size=10, step=7)
    with pytest.raises(ValueError, match=r'smaller than a sub-image of 15: 0001\.png'):
        cut_sub_images(tmp_path / 'HR', tmp_path / 'sub2', size=15, step=4)


def test_sub_images_of_basicsr_size():
    """A DIV2K image of 2040 x 1404 gives 8 x 5 parts."""
    assert len(starts(2040, 480, 240)) == 8 and len(starts(1404, 480, 240)) == 5


SMALL = Benchmark(
    folder='test/small',
    num_images=2,
    source='a page',
    editions={'13x9': lambda size: size == (9, 13), '8x8': lambda size: size == (8, 8)},
)


def test_a_data_set_in_order(tmp_path):
    write_images(tmp_path, '1.png', '2.png')
    report = verify('small', tmp_path, SMALL)
    assert report.problems == [] and report.edition == '13x9' and len(report.fingerprints) == 2
    assert str(report) == f'small in {tmp_path}: in order, 2 images, 13x9'


def test_what_is_wrong_with_a_data_set(tmp_path):
    write_images(tmp_path, '1.png', '2.png')
    shutil.copy(tmp_path / '1.png', tmp_path / '3.png')
    write_image(tmp_path / '4.png', random_image(9, 12))
    (tmp_path / '5.png').write_bytes(b'x')
    report = verify('small', tmp_path, SMALL)
    text = str(report)
    for part in (
        '5 problem(s)',
        'expected 2 images, found 5',
        '4.png is 12x9, expected: 13x9',
        '5.png: it is not an image',
        'equal pixels: small/1.png, small/3.png',
        'get it from a page',
    ):
        assert part in text
    assert 'there is no folder' in str(verify('small', tmp_path / 'nowhere', SMALL))


def test_fixed_names_are_compared(tmp_path):
    write_images(tmp_path, '0001.png', '0003.png')
    problems = verify('x', tmp_path, Benchmark('x', 2, 'y', names=('0001', '0002'))).problems
    assert problems[:2] == ['missing (1): 0002', 'not of it (1): 0003']


def test_equal_pixels_are_found_whatever_the_format(tmp_path):
    image = random_image(9, 13)
    for name in ('a.png', 'b.tif', 'c.bmp'):
        write_image(tmp_path / name, image)
    write_image(tmp_path / 'd.png', image.reshape(13, 9, 3))
    report = verify('small', tmp_path, SMALL)
    assert find_duplicates({'small': report.fingerprints}) == [
        'equal pixels: small/a.png, small/b.tif, small/c.bmp'
    ]


def test_the_table_of_data_sets():
    for name, num in (('div2k_train', 800), ('div2k_valid', 100), ('urban100', 100)):
        assert BENCHMARKS[name].num_images == num
    assert BENCHMARKS['div2k_valid'].names[0] == '0801'
    rules = BENCHMARKS['kodak24'].editions
    fitting = {
        size: [edition for edition, rule in rules.items() if rule(ImageSize(*size))]
        for size in ((512, 768), (768, 512), (500, 500), (512, 512))
    }
    original, crops = rules
    assert list(fitting.values()) == [[original], [original], [crops], []]
    assert BENCHMARKS['div2k_train'].editions['longest side 2040'](ImageSize(2040, 1404))


@pytest.mark.parametrize('name', ['kodak24', 'mcmaster', 'cbsd68'])
def test_the_real_test_sets_are_in_order(shared, name):
    report = verify(name, shared / 'data' / name, BENCHMARKS[name])
    assert report.problems == []


@pytest.mark.parametrize('num', [100, 200, 400])
def test_the_list_files_are_what_is_drawn(num):
    path = REPOSITORY / f'configs/_base_/datasets/lists/div2k_{num}.txt'
    names = BENCHMARKS['div2k_train'].names
    assert path.read_text() == subset_text(names, num, seed=0)
    listed = read_list_file(path)
    assert len(set(listed)) == num and set(listed) <= set(names)


def test_subsets_are_nested_and_uniform():
    names = [f'{i}' for i in range(20)]
    assert set(draw_subset(names, 5, seed=3)) < set(draw_subset(names, 9, seed=3))
    counts = np.zeros(20)
    for seed in range(2000):
        counts[[int(name) for name in draw_subset(names, 5, seed=seed)]] += 1
    assert np.abs(counts - 500).max() < 5 * np.sqrt(375)
    with pytest.raises(ValueError, match='1 to 20'):
        draw_subset(names, 21)


def run(*arguments):
    main(['data', *map(str, arguments)])


def test_the_command_verifies_and_names_what_sets_share(tmp_path, capsys):
    write_images(tmp_path / 'test/urban100', *(f'{i}.png' for i in range(100)))
    run('verify', 'urban100', '--root', tmp_path)
    assert 'in order, 100 images' in capsys.readouterr().out
    write_images(tmp_path / 'test/mcmaster', '1.png')
    with pytest.raises(SystemExit) as error:
        run('verify', 'urban100', 'mcmaster', '--root', tmp_path)
    output = capsys.readouterr().out
    assert error.value.code == 1 and 'expected 18 images, found 1' in output
    assert 'sets:\n  equal pixels: urban100/0.png, mcmaster/1.png' in output
    for arguments, message in (
        (['verify', 'set5'], "unknown data set 'set5'"),
        (['verify', '--folder', 'x'], 'exactly one'),
        (
            ['prepare', 'div2k', '--source', tmp_path / 'nowhere', '--root', tmp_path],
            'neither the files',
        ),
    ):
        with pytest.raises(SystemExit):
            run(*arguments)
        assert message in capsys.readouterr().err


def test_the_command_draws_subsets(capsys):
    run('subset', '3', '--seed', '1')
    assert capsys.readouterr().out == subset_text(BENCHMARKS['div2k_train'].names, 3, seed=1)
