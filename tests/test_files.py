"""Small files are whole or what they were; errors give the reason of the system."""

from __future__ import annotations

import os
import resource

import pytest
import torch

from mmrestore.files import expand, read_json, write_atomically, write_text


def test_text_and_json(tmp_path):
    write_text(tmp_path / 'new/folder/record.json', '{"ä": 1}')
    assert read_json(tmp_path / 'new/folder/record.json') == {'ä': 1}
    assert os.listdir(tmp_path / 'new/folder') == ['record.json']
    write_text(tmp_path / 'damaged.json', '{"a": ')
    assert read_json(tmp_path / 'damaged.json') == read_json(tmp_path / 'missing.json') == {}


def test_an_interrupted_writer_leaves_the_old_file(tmp_path):
    write_text(tmp_path / 'a.txt', 'old')

    def interrupted(file):
        file.write(b'half')
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / 'a.txt', interrupted)
    assert (tmp_path / 'a.txt').read_text() == 'old'
    assert os.listdir(tmp_path) == ['a.txt']


def test_the_reason_of_the_system_is_given(tmp_path):
    write_text(tmp_path / 'file', '')
    (tmp_path / 'folder').mkdir()
    with pytest.raises(OSError, match=r'file/a.txt could not be written: Not a directory|File exi'):
        write_text(tmp_path / 'file/a.txt', '')
    with pytest.raises(OSError, match=r'folder could not be written: Is a directory'):
        write_text(tmp_path / 'folder', '')
    assert sorted(os.listdir(tmp_path)) == ['file', 'folder']


def test_the_reason_behind_an_error_of_torch_is_given(tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match=r'a.pth could not be written: File too large'):
            write_atomically(tmp_path / 'a.pth', lambda file: torch.save(torch.ones(10**6), file))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not os.listdir(tmp_path)


def test_home_folders(monkeypatch):
    monkeypatch.setenv('HOME', '/home/me')
    assert [str(expand(p)) for p in ('~', '~/a', '~no-such-user/a', 'a/~')] == [
        *('/home/me', '/home/me/a', '~no-such-user/a', 'a/~')
    ]
