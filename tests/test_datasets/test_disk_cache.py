"""Decoded images on disk: the same samples, written once, by size and time of the files."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from image_files import NAMES, PIPELINE, random_image, write_image, write_images
from PIL import Image
from tiny_components import tiny_config
from torch.utils.data import DataLoader
from trainings import assert_same_state, train

from mmrestore.datasets import (
    ImageFolder,
    ResumableSampler,
    SampleKey,
    collate,
    decoding,
    disk_cache,
)
from mmrestore.datasets.decoded_file import map_decoded

TESTS = Path(__file__).parents[1]
FORK = multiprocessing.get_context('fork')  # processes that begin without importing anything


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv('MMRESTORE_CACHE', str(tmp_path / 'cache'))
    write_images(tmp_path / 'photos', *NAMES)
    return tmp_path / 'photos'


@pytest.fixture
def log(monkeypatch):
    """The lines of the log."""
    lines: list[str] = []
    monkeypatch.setattr(disk_cache, 'print_log', lambda text, logger: lines.append(text))
    return lines


@pytest.fixture
def decoded(monkeypatch):
    """The names of the files that are decoded for the disk."""
    names: list[str] = []
    read_image = decoding.read_image

    def counted(path, *, color):
        names.append(Path(path).name)
        return read_image(path, color=color)

    monkeypatch.setattr(decoding, 'read_image', counted)
    return names


def build(root, cache='disk', **options):
    return ImageFolder(root, pipeline=PIPELINE, cache=cache, **options)


def entries(folder: Path) -> dict[str, tuple[int, int]]:
    """The decoded images below a folder, and what changes when one is written again."""
    found = {path: path.stat() for path in folder.rglob('*.npy')}
    return {path.name: (status.st_ino, status.st_mtime_ns) for path, status in found.items()}


def assert_same_samples(one, two):
    for epoch in range(3):
        for index in range(len(one)):
            a, b = (each[SampleKey(5, epoch, index)] for each in (one, two))
            assert a['inputs'].dtype == b['inputs'].dtype and a['inputs'].equal(b['inputs'])
            assert a['data_samples'].metainfo == b['data_samples'].metainfo
            if 'gt_img' in b['data_samples']:
                assert a['data_samples'].gt_img.equal(b['data_samples'].gt_img)


@pytest.mark.parametrize('workers', [0, 2])
def test_samples_are_those_of_the_files(root, decoded, workers):
    dataset = build(root)
    assert sorted(decoded) == NAMES and not dataset.decodes_files
    assert_same_samples(dataset, build(root, cache=False))
    assert_same_samples(dataset, build(root, cache=True))
    loaders = [
        DataLoader(
            each,
            batch_size=3,
            sampler=ResumableSampler(each, seed=1),
            num_workers=workers,
            collate_fn=collate,
        )
        for each in (dataset, build(root, cache=False))
    ]
    for number, (a, b) in enumerate(zip(*loaders, strict=False)):
        assert a['inputs'].equal(b['inputs'])
        if number == 6:
            break


@pytest.mark.parametrize('color', ['rgb', 'gray'])
@pytest.mark.parametrize(('dtype', 'channels'), [(np.uint16, 3), (np.uint16, 1), (np.uint8, 1)])
def test_depth_and_color_stay(tmp_path, root, color, dtype, channels):
    image = random_image(9, 14, dtype=dtype, channels=channels)
    write_image(tmp_path / 'deep/a.png', image)
    steps = [{'type': 'LoadImage', 'color': color}, *PIPELINE[1:]]
    sides = [
        ImageFolder(tmp_path / 'deep', pipeline=steps, cache=cache) for cache in ('disk', False)
    ]
    assert_same_samples(*sides)
    assert sides[0][0]['inputs'].dtype == sides[1][0]['inputs'].dtype
    assert sides[0].transforms[0].paths, 'it is read from the disk'


def test_floating_point_and_orientation(tmp_path, root):
    import tifffile

    (tmp_path / 'float').mkdir()
    tifffile.imwrite(
        tmp_path / 'float/a.tif', random_image(9, 8).astype(np.float32) / 255, photometric='rgb'
    )
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    (tmp_path / 'turned').mkdir()
    Image.fromarray(random_image(20, 31)).save(tmp_path / 'turned/a.jpg', exif=exif, quality=95)
    for name, shape in (('float', (9, 8, 3)), ('turned', (31, 20, 3))):
        dataset = build(tmp_path / name)
        assert map_decoded(next(iter(dataset.transforms[0].paths.values()))).shape == shape
        assert_same_samples(dataset, build(tmp_path / name, cache=False))


def test_pairs_in_one_folder_and_in_two(tmp_path, root):
    write_images(tmp_path / 'large', *NAMES, height=18, width=26)
    pipeline = [PIPELINE[0], {'type': 'RandomCrop', 'size': 6, 'scale': 2}, *PIPELINE[2:]]
    two = [
        ImageFolder(root, gt_root=tmp_path / 'large', scale=2, pipeline=pipeline, cache=cache)
        for cache in ('disk', False)
    ]
    assert_same_samples(*two)
    write_images(tmp_path / 'both', 'a_real.png', 'a_mean.png')
    patterns = {'pattern': '{}_real', 'gt_pattern': '{}_mean'}
    one = [
        build(tmp_path / 'both', gt_root=tmp_path / 'both', cache=cache, **patterns)
        for cache in ('disk', False)
    ]
    assert_same_samples(*one)
    assert len(one[0].transforms[0].paths) == 2


def test_only_files_that_have_changed_are_decoded_again(root, decoded, tmp_path):
    build(root)
    before = entries(tmp_path)
    decoded.clear()
    build(root)
    build(root, files=['3', '4'])
    assert decoded == [] and entries(tmp_path) == before
    write_image(root / '3.png', random_image(9, 13, seed=77))
    status = (root / '5.png').stat()  # another time alone, as of a copy
    os.utime(root / '5.png', ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    dataset = build(root)
    assert sorted(decoded) == ['3.png', '5.png']
    assert_same_samples(dataset, build(root, cache=False))
    after = entries(tmp_path)
    assert len(after) == len(before) == 10, 'the old images are removed'
    assert len(after.items() & before.items()) == 8


def test_subsets_and_colors_do_not_disturb_each_other(root, decoded, tmp_path):
    build(root, files=['1', '2'])
    build(root, files=['2', '3'])
    gray = [{'type': 'LoadImage', 'color': 'gray'}, *PIPELINE[1:]]
    ImageFolder(root, pipeline=gray, files=['2'], cache='disk')
    assert sorted(decoded) == ['1.png', '2.png', '2.png', '3.png']
    assert len(entries(tmp_path)) == 4


def test_a_damaged_or_removed_image_is_decoded_from_its_file(root, tmp_path):
    dataset, files = build(root), build(root, cache=False)
    paths = list(map(Path, dataset.transforms[0].paths.values()))
    paths[0].write_bytes(paths[0].read_bytes()[:-1])
    paths[1].write_bytes(b'')
    paths[2].unlink()
    paths[3].write_bytes(b'x' * paths[3].stat().st_size)
    assert_same_samples(dataset, files)
    build(root)  # what has not its size is written again
    assert_same_samples(dataset, files)
    assert map_decoded(paths[0]).shape == map_decoded(paths[2]).shape == (9, 13, 3)


def test_what_is_done_to_a_sample_does_not_reach_the_disk(root):
    dataset = ImageFolder(root, pipeline=PIPELINE[:1], cache='disk')
    path = dataset.transforms[0].paths[str(root / '0.png')]
    content = Path(path).read_bytes()
    dataset[0]['img'][:] = 0
    map_decoded.cache_clear()
    assert Path(path).read_bytes() == content


def test_many_images_do_not_take_file_descriptors(root):
    dataset = build(root)
    for index in range(10):
        dataset[index]
    opened = [link for fd in Path('/proc/self/fd').iterdir() if (link := os.path.realpath(fd))]
    assert not [path for path in opened if path.endswith('.npy')]


SLOW = """
import sys, time
from mmrestore.datasets import ImageFolder, decoding
read = decoding.read_image
def slow(path, *, color):
    time.sleep(0.2 if path.endswith(tuple('0123')) else 60 if path.endswith('9.png') else 0)
    return read(path, color=color)
decoding.read_image = slow
ImageFolder(sys.argv[1], pipeline=[dict(type='LoadImage')], cache='disk')
"""


def test_a_killed_process_is_continued(root, tmp_path, decoded):
    process = subprocess.Popen([sys.executable, '-c', SLOW, str(root)])
    end = time.monotonic() + 60
    while len(entries(tmp_path)) < 9:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = entries(tmp_path)
    folder = next(tmp_path.rglob('*.npy')).parent
    (folder / 'abc.writing').write_bytes(b'half an image')
    dataset = build(root)
    assert decoded == ['9.png']
    assert before.items() <= entries(tmp_path).items(), 'what was whole is not written again'
    assert sorted(path.suffix for path in folder.iterdir()) == ['.npy'] * 10 + ['.txt']
    assert str(root) in (folder / 'about.txt').read_text()
    assert_same_samples(dataset, build(root, cache=False))


def test_progress_is_told(root, log, monkeypatch):
    monkeypatch.setattr(decoding, 'PROGRESS_S', 0)
    build(root)
    assert len(log) == 11 and log[-1] == "data set 'photos', 10 of 10 images are decoded"


def build_slowly(root, file) -> None:
    read_image = decoding.read_image

    def slow(path, *, color):
        time.sleep(0.05)
        with open(file, 'a') as lines:
            lines.write(f'{Path(path).name}\n')
        return read_image(path, color=color)

    decoding.read_image = slow
    build(root)


def test_processes_share_the_work_of_one(root, tmp_path):
    file = tmp_path / 'decoded.txt'
    processes = [FORK.Process(target=build_slowly, args=(root, file)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert sorted(file.read_text().split()) == NAMES


Usage = namedtuple('Usage', ['free'])


def test_the_choice_by_room_is_one_line(root, tmp_path, log, monkeypatch):
    size = 10 * (128 + 9 * 13 * 3)
    monkeypatch.setattr(disk_cache.shutil, 'disk_usage', lambda path: Usage(2 * size - 1))
    refused = build(root, cache='auto')
    assert len(log) == 1 and refused.decodes_files and not entries(tmp_path)
    assert "data set 'photos', cache='auto': files are decoded for each patch" in log[0]
    assert 'more than half of the 0.0 MB free' in log[0] and 'cache_dir' in log[0]
    monkeypatch.setattr(disk_cache.shutil, 'disk_usage', lambda path: Usage(2 * size))
    chosen = build(root, cache='auto')
    assert len(log) == 2 and not chosen.decodes_files and len(entries(tmp_path)) == 10
    assert "cache='auto': decoded images are read from" in log[1] and 'are written' in log[1]
    monkeypatch.setattr(disk_cache.shutil, 'disk_usage', lambda path: Usage(0))
    assert not build(root, cache='auto').decodes_files, 'nothing more is written'
    assert len(log) == 3 and log[2].endswith('are present')
    assert_same_samples(refused, chosen)


def test_too_little_room_is_one_line(root, tmp_path, monkeypatch):
    monkeypatch.setattr(disk_cache.shutil, 'disk_usage', lambda path: Usage(100))
    with pytest.raises(OSError, match=r"cache='disk' of data set 'photos' needs .* MB are free"):
        build(root)
    assert not entries(tmp_path)


def fill_disk_after(count: int, monkeypatch) -> None:
    """Let the disk be full when ``count`` files have been written."""
    left = iter(range(count))

    def fsync(descriptor):
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, 'fsync', fsync)


def test_a_disk_that_fills_up(root, tmp_path, log, monkeypatch):
    files = build(root, cache=False)
    fill_disk_after(5, monkeypatch)
    with pytest.raises(OSError, match=r'^[^\n]*could not be written: No space left on device$'):
        build(root)
    assert {path.name for path in (tmp_path / 'cache/decoded').rglob('*.*')} <= {'about.txt'}
    fill_disk_after(5, monkeypatch)
    log.clear()
    dataset = build(root, cache='auto')
    assert dataset.decodes_files and not entries(tmp_path)
    assert len(log) == 2 and 'No space left on device' in log[1]
    assert_same_samples(dataset, files)


def test_the_folder_can_be_chosen(root, tmp_path):
    build(root, cache_dir=tmp_path / 'elsewhere')
    assert len(entries(tmp_path / 'elsewhere')) == 10
    assert not (tmp_path / 'cache' / 'decoded').exists()


def test_unreadable_files_are_replaced_as_without_it(root):
    content = bytearray((root / '4.png').read_bytes())
    (root / '4.png').write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=r'4\.png'):
        build(root)
    options = {'on_error': 'skip', 'max_bad_share': 0.2}
    assert_same_samples(build(root, **options), build(root, cache=False, **options))


def test_wrong_use_is_named(root, log):
    with pytest.raises(ValueError, match='as first transform'):
        ImageFolder(root, pipeline=[], cache='disk')
    assert ImageFolder(root, pipeline=[], cache='auto')[3]['img_path'] == str(root / '3.png')
    assert len(log) == 1 and 'does not begin with LoadImage' in log[0]
    with pytest.raises(ValueError, match=r"cache must be one of .*'disk'.*got 'disc'"):
        build(root, cache='disc')


def config_of(work_dir, root, cache):
    data = {'type': 'ImageFolder', 'root': str(root), 'pipeline': PIPELINE, 'cache': cache}
    config = tiny_config(work_dir, train_dataloader__num_workers=2)
    config.train_dataloader.dataset = data
    return config


def test_a_killed_training_ends_as_one_without_it(root, tmp_path):
    whole = train(config_of(tmp_path / 'whole', root, False), 'whole_files')
    assert_same_state(whole, train(config_of(tmp_path / 'disk', root, 'disk'), 'whole_disk'))

    config = config_of(tmp_path / 'cut', root, 'disk')
    config.dump(tmp_path / 'config.py')
    command = [sys.executable, '-m', 'mmrestore', 'train', str(tmp_path / 'config.py')]
    environment = {**os.environ, 'PYTHONPATH': str(TESTS), 'OMP_NUM_THREADS': '1'}
    process = subprocess.Popen([*command, '--work-dir', config.work_dir], env=environment)
    while not (tmp_path / 'cut' / 'last_checkpoint').exists():
        assert process.poll() is None, 'the run ended before it wrote a checkpoint'
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    config.resume = True
    assert_same_state(whole, train(config, 'resumed_disk'))
