"""Atomic writing of files, and errors with the reason of the operating system."""

from __future__ import annotations

import os
import resource

import pytest
import torch

from mmrestore.files import (
    TEMPORARY,
    expand,
    printable,
    read_json,
    shortened,
    write_atomically,
    write_text,
)


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


def test_the_reason_of_a_wrapped_torch_error_is_given(tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match=r'a.pth could not be written: File too large'):
            write_atomically(tmp_path / 'a.pth', lambda file: torch.save(torch.ones(10**6), file))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not os.listdir(tmp_path)


def test_names_in_the_other_unicode_form(tmp_path, monkeypatch):
    composed, decomposed = 'caf\u00e9', 'cafe\u0301'
    (tmp_path / decomposed / composed).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert str(expand(f'{composed}/{decomposed}/new')) == f'{decomposed}/{composed}/new'
    (tmp_path / composed).mkdir()
    assert str(expand(composed)) == composed and str(expand(decomposed)) == decomposed
    assert str(expand('\u00fc/x')) == '\u00fc/x'


def test_home_folders(monkeypatch):
    monkeypatch.setenv('HOME', '/home/me')
    assert [str(expand(p)) for p in ('~', '~/a', '~no-such-user/a', 'a/~')] == [
        *('/home/me', '/home/me/a', '~no-such-user/a', 'a/~')
    ]


@pytest.mark.parametrize('name', ['x' * 251 + '.png', 'é' * 127 + 'a', 'a', os.fsdecode(b'\xe9\n')])
def test_any_valid_file_name_is_written(tmp_path, name):
    beside = []

    def write(file):
        file.write(b'1')
        beside.extend(os.listdir(tmp_path))

    write_atomically(tmp_path / name, write)
    assert beside[0].endswith(TEMPORARY)
    assert os.listdir(tmp_path) == [name]


def test_remainders_of_a_killed_process_are_replaced(tmp_path):
    temporary = tmp_path / beside_of('a', tmp_path)
    temporary.write_bytes(b'half')
    write_text(tmp_path / 'a', 'whole')
    assert (tmp_path / 'a').read_text() == 'whole'
    assert os.listdir(tmp_path) == ['a']


def beside_of(name, folder):
    """Return the temporary name of a file during writing."""
    names = []
    write_atomically(folder / name, lambda file: names.extend(os.listdir(folder)))
    (folder / name).unlink()
    return next(found for found in names if found.endswith(TEMPORARY))


def test_messages_stay_on_one_line_and_can_be_encoded(tmp_path):
    name = os.fsdecode(b'\xe9\n\t.png')
    assert printable(tmp_path / name) == f'{tmp_path}/\\xe9\\n\\t.png'
    assert printable('été e\u0301 日本') == 'été e\u0301 日本'
    with pytest.raises(OSError) as caught:
        write_text(tmp_path / name / ('x' * 256), '')
    assert str(caught.value).encode() and '\n' not in str(caught.value)


def test_text_keeps_the_bytes_of_names(tmp_path):
    write_text(tmp_path / 'list.txt', os.fsdecode(b'\xe9.png'))
    assert (tmp_path / 'list.txt').read_bytes() == b'\xe9.png'


def test_shortened_names_fit_and_stay_different():
    names = {shortened('é' * 200 + end, '_12.png') for end in ('a', 'b')}
    assert len(names) == 2
    assert all(240 < len(name.encode()) <= 255 and name.endswith('_12.png') for name in names)
    assert shortened('x' * 251, '.png') == 'x' * 251 + '.png'
