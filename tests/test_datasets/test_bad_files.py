"""Unreadable files are replaced by other draws where that is wanted, and counted."""

from __future__ import annotations

import pickle

import pytest
from image_files import NAMES, PIPELINE, write_images
from tiny_components import tiny_config
from torch.utils.data import DataLoader
from trainings import assert_same_state, train

from mmrestore.commands.errors import error_text
from mmrestore.datasets import ImageFolder, ResumableSampler, SampleKey, collate, nested_datasets
from mmrestore.engine import Runner


@pytest.fixture
def root(tmp_path):
    write_images(tmp_path / 'photos', *NAMES)
    return tmp_path / 'photos'


def build(root, share=0.2, **options):
    return ImageFolder(root, pipeline=PIPELINE, on_error='skip', max_bad_share=share, **options)


def spoil(root, *names, whole=True):
    """Spoil the middle of files, or cut them off."""
    for name in names:
        content = bytearray((root / name).read_bytes())
        middle = len(content) // 2
        content[middle - 20 : middle + 20] = bytes(40)
        (root / name).write_bytes(content if whole else content[:middle])


def batches(dataset, workers=0, num=8):
    sampler = ResumableSampler(dataset, seed=5)
    loader = DataLoader(
        dataset, batch_size=5, sampler=sampler, num_workers=workers, collate_fn=collate
    )
    return [batch for batch, _ in zip(loader, range(num), strict=False)]


def assert_same_batches(one, two):
    for a, b in zip(one, two, strict=True):
        assert a['inputs'].equal(b['inputs'])
        assert a['data_samples'].path == b['data_samples'].path


@pytest.mark.parametrize('late', [True, False])
def test_other_samples_come_in_place_of_unreadable_ones(root, late):
    good = build(root)
    keys = [SampleKey(1, epoch, index) for epoch in range(20) for index in range(10)]
    before = [good[key] for key in keys]
    assert good.bad_files.samples == []
    bad = [] if late else spoil(root, '3.png', '7.png', whole=False)
    dataset = build(root)
    assert dataset.bad_files.samples == ([] if late else [3, 7]), bad
    if late:
        spoil(root, '3.png', '7.png')
    drawn = []
    for key, old in zip(keys, before, strict=True):
        new = dataset[key]
        if key.index in (3, 7):
            drawn.append(new['data_samples'].path)
        else:
            assert new['inputs'].equal(old['inputs'])
    assert dataset.bad_files.samples == [3, 7]
    assert not any('3.png' in path or '7.png' in path for path in drawn)
    assert len(set(drawn)) == 8, 'all others come'
    copy = pickle.loads(pickle.dumps(build(root)))
    assert all(copy[key]['inputs'].equal(dataset[key]['inputs']) for key in keys)


def test_a_cache_and_workers_replace_alike(root):
    spoil(root, '3.png')
    plain = batches(build(root))
    assert_same_batches(plain, batches(build(root, cache=True)))
    shared = build(root)
    assert_same_batches(plain, batches(shared, workers=2))
    assert shared.bad_files.samples == [3], 'what a worker finds is known to all'
    replaced = build(root, fixed_patches=2)
    first, again = (replaced[SampleKey(1, epoch, 3)] for epoch in (1, 3))
    assert first['inputs'].equal(again['inputs'])


def test_the_target_of_a_pair_counts_too(tmp_path):
    for side in ('a', 'b'):
        write_images(tmp_path / side, *NAMES)
    spoil(tmp_path / 'b', '4.png', whole=False)
    dataset = build(tmp_path / 'a', gt_root=tmp_path / 'b')
    assert dataset.bad_files.samples == [4]
    assert not dataset[SampleKey(0, 0, 4)]['data_samples'].path.endswith('4.png')
    (tmp_path / 'b' / '5.png').unlink()
    with pytest.raises(ValueError, match=r'5\.png has no target'):
        build(tmp_path / 'a', gt_root=tmp_path / 'b')


def test_too_many_unreadable_files_stop(root):
    dataset, strict = build(root), build(root, share=0.01)
    spoil(root, '1.png', '2.png', '3.png')
    with pytest.raises(ValueError, match=r'3 of 10 samples of data set .photos. cannot be read'):
        for index in range(10):
            dataset[SampleKey(0, 0, index)]
    with pytest.raises(ValueError, match=r'1 of 10 samples .* max_bad_share=0\.01: .*1\.png'):
        build(root, share=0.01, cache=True)
    with pytest.raises(ValueError, match=r'1 of 10 .* max_bad_share=0\.01') as raised:
        batches(strict, workers=1)
    assert error_text(raised.value).startswith('1 of 10 samples of data set'), 'no traceback'
    (root / '1.png').write_bytes(b'')
    with pytest.raises(ValueError, match='1 of 10 samples'):
        build(root, share=0.01)


def test_what_is_no_matter_of_a_file_is_raised(root):
    spoil(root, '1.png')
    with pytest.raises(ValueError, match=r'cannot \w+ .*1\.png'):
        build(root)[1]  # a bare index: a test, in which nothing can be replaced
    with pytest.raises(ValueError, match=r'cannot \w+ .*1\.png'):
        ImageFolder(root, pipeline=PIPELINE)[SampleKey(0, 0, 1)]
    with pytest.raises(ValueError, match='smaller than the 99x99'):
        ImageFolder(
            root,
            pipeline=[PIPELINE[0], {'type': 'RandomCrop', 'size': 99}],
            on_error='skip',
            max_bad_share=0.2,
        )
    with pytest.raises(ValueError, match=r"on_error must be one of .* got 'ignore'"):
        ImageFolder(root, pipeline=PIPELINE, on_error='ignore')
    with pytest.raises(ValueError, match=r'max_bad_share must be in \[0, 1\), got 1'):
        build(root, share=1)


def config_of(work_dir, root):
    return tiny_config(
        work_dir,
        train_dataloader__dataset=dict(
            type='ImageFolder', root=str(root), pipeline=PIPELINE, on_error='skip',
            max_bad_share=0.2,
        ),
    )  # fmt: skip


def test_a_training_lists_them_and_resumes_exactly(root, tmp_path):
    spoil(root, '3.png')
    spoil(root, '8.png', whole=False)
    whole = train(config_of(tmp_path / 'whole', root), 'whole_bad')
    log = next((tmp_path / 'whole').glob('*/*.log')).read_text()
    assert log.count('8.png cannot be read: others') == 1
    assert log.count('3.png cannot be read: others') == 1
    end = log[log.index("data set 'photos', of which other samples were drawn") :]
    assert 'has 2 problem(s)' in end and '3.png' in end and '8.png' in end
    config = config_of(tmp_path / 'resumed', root)
    config.resume, config.load_from = True, str(tmp_path / 'whole' / 'epoch_3.pth')
    assert_same_state(whole, train(config, 'resumed_bad'))


def test_all_data_sets_within_others_are_found(root):
    folder = {'type': 'ImageFolder', 'root': str(root), 'pipeline': PIPELINE}
    config = tiny_config(root)
    config.train_dataloader.dataset = {
        'type': 'UnpairedDataset',
        'degraded': {'type': 'ConcatDataset', 'datasets': {'a': folder, 'b': folder}},
        'clean': folder,
    }
    config.train_dataloader.sampler.seed = 0
    loader = Runner.build_dataloader(config.train_dataloader)
    found = [each for each in nested_datasets(loader.dataset) if isinstance(each, ImageFolder)]
    assert sorted(each.name for each in found) == ['a', 'b', 'photos']
