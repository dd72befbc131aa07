"""Checks of files are remembered, and only for files that are as they were."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from image_files import random_image, write_image, write_images

from mmrestore.datasets import ImageFolder, remembered_headers
from mmrestore.datasets.image_file import read_header
from mmrestore.datasets.remembered_headers import checked_headers
from mmrestore.datasets.transforms import LoadImage

NAMES = ['1.png', '2.png', 'a/3.jpg', 'a/4.tif']


@pytest.fixture
def paths(tmp_path, monkeypatch):
    monkeypatch.setenv('MMRESTORE_CACHE', str(tmp_path / 'cache'))
    write_images(tmp_path / 'photos', *NAMES)
    return [str(tmp_path / 'photos' / name) for name in NAMES]


@pytest.fixture
def opened(monkeypatch):
    """The files that are opened."""
    found: list[str] = []

    def counted(path, *, decode):
        found.append(path)
        return read_header(path, decode=decode)

    monkeypatch.setattr(remembered_headers, 'read_header', counted)
    return found


def memory(tmp_path):
    (file,) = (tmp_path / 'cache' / 'checks').iterdir()
    return file


def test_a_file_is_opened_once(paths, opened):
    first = checked_headers(paths, decode=False)
    assert sorted(opened) == sorted(paths) and first == [read_header(path) for path in paths]
    opened.clear()
    assert checked_headers(paths, decode=False) == first
    assert checked_headers(paths[::-1], decode=False) == first[::-1]
    assert opened == []


def test_files_that_changed_or_are_new_are_opened(paths, opened, tmp_path):
    checked_headers(paths, decode=False)
    opened.clear()
    write_image(tmp_path / 'photos/2.png', random_image(20, 30))
    status = os.stat(paths[0])
    os.utime(paths[0], ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    write_image(tmp_path / 'photos/5.png', random_image(7, 8))
    found = checked_headers([*paths, str(tmp_path / 'photos/5.png')], decode=False)
    assert sorted(opened) == sorted([paths[0], paths[1], str(tmp_path / 'photos/5.png')])
    assert found[1].size == (20, 30) and found[4].size == (7, 8)


def test_what_cannot_be_read_is_not_remembered(paths, opened):
    Path(paths[1]).write_bytes(Path(paths[1]).read_bytes()[:-15])
    os.unlink(paths[0])
    checked_headers(paths, decode=False)
    for _ in range(2):
        opened.clear()
        found = checked_headers(paths, decode=False)
        assert sorted(opened) == paths[:2]
        assert 'No such file' in found[0] and 'its end is missing' in found[1]


def test_decoding_is_remembered_apart(paths, opened):
    checked_headers(paths, decode=False)
    opened.clear()
    checked_headers(paths, decode=True)
    assert len(opened) == 4
    opened.clear()
    checked_headers(paths, decode=True)
    checked_headers(paths, decode=False)
    assert opened == []


def spoilings():
    yield lambda text: text[: len(text) // 2]
    yield lambda text: ''
    yield lambda text: '[]'
    yield lambda text: '[' * 100_000
    yield lambda text: text.replace('"version":[1', '"version":[0')
    yield lambda text: json.dumps({**json.loads(text), 'files': 3})

    def entries(change):
        def spoil(text):
            saved = json.loads(text)
            saved['files'] = {name: change(entry) for name, entry in saved['files'].items()}
            return json.dumps(saved)

        return spoil

    yield entries(lambda entry: entry[:-1])
    yield entries(lambda entry: None)
    yield entries(lambda entry: [*entry[:2], 'x', *entry[3:4], 'y', *entry[5:]])
    yield entries(lambda entry: [*entry[:4], -5, *entry[5:]])
    yield entries(lambda entry: [*entry[:4], [9], *entry[5:]])
    yield entries(lambda entry: [*entry[:7], 'object', *entry[8:]])
    yield entries(lambda entry: [float(entry[0]) + 0.5, *entry[1:]])


@pytest.mark.parametrize('spoil', list(spoilings()))
def test_a_damaged_memory_is_made_anew(paths, opened, tmp_path, spoil):
    first = checked_headers(paths, decode=False)
    file = memory(tmp_path)
    file.write_text(spoil(file.read_text()))
    opened.clear()
    assert checked_headers(paths, decode=False) == first
    assert len(opened) == 4
    opened.clear()
    assert checked_headers(paths, decode=False) == first
    assert opened == []


def test_bytes_that_are_no_text(paths, tmp_path):
    first = checked_headers(paths, decode=False)
    memory(tmp_path).write_bytes(b'\xff\xfe{}')
    assert checked_headers(paths, decode=False) == first


def test_without_a_folder_to_write_to_files_are_read(paths, tmp_path, monkeypatch):
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('MMRESTORE_CACHE', str(tmp_path / 'file' / 'cache'))
    assert checked_headers(paths, decode=False) == [read_header(path) for path in paths]


def test_names_of_any_bytes_and_relative_paths(tmp_path, paths, opened, monkeypatch):
    name = os.fsdecode(b'\xe9.png')
    os.rename(paths[1], tmp_path / 'photos' / name)
    monkeypatch.chdir(tmp_path / 'photos')
    for _ in range(2):
        assert checked_headers([name], decode=False)[0].size == (9, 13)
        assert checked_headers(['1.png', 'a/3.jpg'], decode=False)[1].size == (9, 13)
    assert len(opened) == 3


def test_a_data_set_tells_the_same_of_remembered_files(tmp_path, paths, opened):
    write_image(tmp_path / 'photos/small.png', random_image(3, 3))
    messages = []
    for _ in range(2):
        opened.clear()
        with pytest.raises(ValueError) as error:
            ImageFolder(
                tmp_path / 'photos', pipeline=[LoadImage(), {'type': 'RandomCrop', 'size': 5}]
            )
        messages.append(str(error.value))
    assert opened == [] and messages[0] == messages[1]
    assert 'small.png is 3x3' in messages[0]
