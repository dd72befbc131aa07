"""Finding, choosing and pairing files."""

import os
import unicodedata

import pytest

from mmrestore.datasets.folder_search import list_folder
from mmrestore.datasets.listing import (
    choose,
    find_images,
    fit,
    fit_both,
    natural_key,
    pair,
    problem_list,
    read_list_file,
)


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_order_is_natural_and_total():
    names = ['b.png', 'A10.png', 'a9.png', 'a09.png', '10/1.png', '9/1.png', 'a9x2.png']
    names_in_order = [
        '9/1.png',
        '10/1.png',
        'a09.png',
        'a9.png',
        'a9x2.png',
        'A10.png',
        'b.png',
    ]
    assert sorted(names, key=natural_key) == names_in_order
    rotated = names[3:] + names[:3]
    assert sorted(rotated, key=natural_key) == names_in_order


def test_images_are_found_by_extension_in_any_case(tmp_path):
    touch(tmp_path, '2.PNG', '10.Jpg', 'x/1.tiff', 'notes.txt', '.3.png', '.cache/4.png')
    assert find_images(tmp_path) == ['2.PNG', '10.Jpg', 'x/1.tiff']
    assert find_images(tmp_path, recursive=False) == ['2.PNG', '10.Jpg']


def test_missing_and_empty_folders_are_told_apart(tmp_path):
    with pytest.raises(ValueError, match='there is no folder'):
        find_images(tmp_path / 'nowhere')
    touch(tmp_path, 'a.txt', 'b/1.png')
    with pytest.raises(ValueError, match=r'no image directly in .*\.png'):
        find_images(tmp_path, recursive=False)


def test_list_files_have_comments_and_empty_lines(tmp_path):
    path = tmp_path / 'list.txt'
    path.write_text('# drawn at random\n\n b.png \na/1\n  # more\n')
    assert read_list_file(path) == ['b.png', 'a/1']


def test_errors_of_list_files(tmp_path):
    path = tmp_path / 'list.txt'
    with pytest.raises(ValueError, match=r'cannot read the list file .*list\.txt'):
        read_list_file(path)
    path.write_text('# nothing\n')
    with pytest.raises(ValueError, match='contains no image name'):
        read_list_file(path)
    path.write_text('a\nb\na\n')
    with pytest.raises(ValueError, match=r'more than once: a$'):
        read_list_file(path)


def test_patterns_choose_names_and_give_keys():
    names = ['1_real.png', '1_mean.png', 'x/2_real.JPG']
    assert fit(names, '{}_real') == {'1_real.png': '1', 'x/2_real.JPG': 'x/2'}
    assert fit(['a.b_1.png'], 'a.{}') == {'a.b_1.png': 'b_1'}
    assert fit(['axb_1.png'], 'a.{}') == {}
    for bad in ('real', '{}{}'):
        with pytest.raises(ValueError, match='one'):
            fit(names, bad)


def test_two_patterns_in_one_folder():
    names = ['1.png', '1_noisy.png', '2.png']
    assert fit_both(names, '{}_noisy', '{}') == ({'1_noisy.png': '1'}, {'1.png': '1', '2.png': '2'})
    with pytest.raises(ValueError, match='the same folder'):
        fit_both(names, '{}', '{}')


def test_choosing_by_name_stem_or_key():
    keys = {'1x2.png': '1', '2x2.png': '2', '3x2.png': '3', 'a.png': 'a', 'a.jpg': 'a'}
    chosen, missing = choose(keys, ['3', '1x2', '2x2.png', '9.png', 'a.jpg'])
    assert list(chosen) == ['1x2.png', '2x2.png', '3x2.png', 'a.jpg']
    assert missing == ['9.png']


def test_pairs_and_what_is_wrong_with_them():
    inputs = {'1x2.png': '1', '3x2.png': '3', '4x2.png': '4'}
    targets = {'1.png': '1', '2.png': '2', '4.png': '4', '4.jpg': '4'}
    pairs, problems = pair(inputs, targets)
    assert pairs == [('1x2.png', '1.png')]
    assert problems == [
        '3x2.png has no target',
        '4x2.png has several targets: 4.png, 4.jpg',
        '2.png has no input',
    ]
    assert pair({'1x2.png': '1'}, targets, complete=False) == ([('1x2.png', '1.png')], [])
    _, problems = pair({'1.png': '1', '1.jpg': '1'}, {'1.png': '1'})
    assert problems == ['several inputs have the key 1']


LATIN = os.fsdecode(b't\xe9.png')
COMPOSED, DECOMPOSED = (unicodedata.normalize(form, 'café.png') for form in ('NFC', 'NFD'))


def test_folders_of_systems_and_hidden_ones_are_left_out(tmp_path):
    folders = ['@eaDir', '$RECYCLE.BIN', '__MACOSX', '.git', '.Trash-1000', '#recycle']
    touch(tmp_path, '0.png', '._0.png', 'Thumbs.db', 'a.CR2', 'System Volume Information/1.png')
    touch(tmp_path, *(f'{folder}/deep/1.png' for folder in folders), 'a/@EADIR/1.png', 'a/2.png')
    assert list_folder(tmp_path) == (['0.png', 'a/2.png'], ['a.CR2', 'Thumbs.db'], [])
    assert find_images(tmp_path / '.git') == ['deep/1.png'], 'a folder that is named is searched'


def test_links_that_lead_back_and_nowhere(tmp_path):
    touch(tmp_path, 'in/0.png', 'in/a/1.png', 'other/2.png')
    links = {'a/up': '..', 'a/here': '.', 'self': 'self', 'other': '../other', 'lost': 'x'}
    for name, to in {**links, 'lost.png': 'x.png', 'note.txt': 'x', 'up': '..'}.items():
        (tmp_path / 'in' / name).symlink_to(to)
    os.mkfifo(tmp_path / 'in/pipe.png')
    with pytest.warns(UserWarning, match='2 links are broken, such as lost'):
        found = find_images(tmp_path / 'in')
    assert found == ['0.png', 'a/1.png', 'lost.png', 'other/2.png', 'up/other/2.png']


@pytest.mark.parametrize(
    'encoded',
    [
        'ä.png\nb.png\n'.encode('utf-8-sig'),
        'ä.png\r\nb.png\r\n'.encode('utf-16'),
        b'\xfe\xff' + 'ä.png\nb.png'.encode('utf-16-be'),
        'ä.png\rb.png\r'.encode(),
    ],
)
def test_list_files_of_any_system(tmp_path, encoded):
    (tmp_path / 'list.txt').write_bytes(encoded)
    assert read_list_file(tmp_path / 'list.txt') == ['ä.png', 'b.png']


@pytest.mark.parametrize('encoding', ['utf-16-le', 'utf-16-be', 'utf-32'])
def test_list_files_of_other_encodings_are_refused_by_name(tmp_path, encoding):
    (tmp_path / 'list.txt').write_bytes('a.png\n'.encode(encoding))
    with pytest.raises(ValueError, match=r'list\.txt is not in UTF-8'):
        read_list_file(tmp_path / 'list.txt')
    (tmp_path / 'list.txt').write_bytes('a'.encode('utf-16') + b'b')
    with pytest.raises(ValueError, match=r'list\.txt is invalid UTF-16'):
        read_list_file(tmp_path / 'list.txt')


def test_names_of_other_bytes_and_with_line_breaks(tmp_path):
    touch(tmp_path, LATIN, 'a\nb.png')
    names = find_images(tmp_path)
    assert names == ['a\nb.png', LATIN]
    assert fit(names, '{}') == {'a\nb.png': 'a\nb', LATIN: LATIN[:-4]}
    (tmp_path / 'list.txt').write_bytes(b't\xe9.png\n')
    assert list(choose(fit(names, '{}'), read_list_file(tmp_path / 'list.txt'))[0]) == [LATIN]
    assert problem_list('it', names).splitlines() == [
        *('it has 2 problem(s):', r'  a\nb.png', r'  t\xe9.png')
    ]


def test_choosing_by_other_spellings():
    keys = {DECOMPOSED: 'd', 'sub/0.png': 'sub/0', 'sub/1.png': 'sub/1'}
    chosen, missing = choose(keys, [COMPOSED, 'sub\\0.png', './sub/1'])
    assert (list(chosen), missing) == (list(keys), [])
    assert list(choose({COMPOSED: 'c'}, [DECOMPOSED])[0]) == [COMPOSED]
    for name in (COMPOSED, DECOMPOSED):
        both = {COMPOSED: 'c', DECOMPOSED: 'd', 'a\\b.png': 'x', 'a/b.png': 'y'}
        assert list(choose(both, [name])[0]) == [name], 'an exact name comes first'
        assert list(choose(both, ['a\\b.png'])[0]) == ['a\\b.png']


def test_pairs_of_two_spellings():
    stem, other = COMPOSED[:-4], DECOMPOSED[:-4]
    assert pair({DECOMPOSED: other}, {COMPOSED: stem}) == ([(DECOMPOSED, COMPOSED)], [])
    both = {COMPOSED: stem, DECOMPOSED: other}
    assert pair(both, both) == ([(COMPOSED, COMPOSED), (DECOMPOSED, DECOMPOSED)], [])
