"""Finding, choosing and pairing files."""

import pytest

from mmrestore.datasets.listing import (
    choose,
    find_images,
    fit,
    fit_both,
    natural_key,
    pair,
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
    with pytest.raises(ValueError, match='names no image'):
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
    with pytest.raises(ValueError, match='one folder'):
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
    assert problems == ['several inputs are called 1']
