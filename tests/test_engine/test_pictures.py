"""Pictures of a run: names that differ, any bytes, a warning where one is missing."""

from __future__ import annotations

import logging
import os
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from mmengine.visualization import Visualizer
from PIL import Image

from mmrestore.engine import LocalVisBackend
from mmrestore.engine.console import quieten
from mmrestore.engine.hooks.picture_hook import PictureHook, picture_title
from mmrestore.structures import DataSample

LATIN = os.fsdecode(b't\xe9')


def test_titles_differ_and_are_printable():
    taken = []
    paths = ['/data/a/1.png', '/data/b/1.png', '/data/b/1.jpg', '/data/c/B/1.png', '/data/d/1.png']
    for path in paths:
        taken.append(picture_title('tests', path, taken))
    assert taken == ['tests_1', 'tests_b_1', 'tests_data_b_1', 'tests_c_B_1', 'tests_d_1']
    assert picture_title('k/s_0.03', 'a/2.png', []) == 'k_s_0.03_2'
    assert picture_title('t', '1.png', ['T_1']) == 't_1_2', 'letters of any case are one name'
    for name in (LATIN, 'a\nb', 'a\\b'):
        title = picture_title('t', f'{name}.png', [])
        assert title.encode() and title.isprintable() and '\\' not in title


def shown(tmp_path, names, *, num=9):
    """Run the hook over images of these names, twice; return what is in the folder."""
    with DefaultScope.overwrite_default_scope('mmrestore'):
        visualizer = Visualizer(vis_backends=[dict(type='LocalVisBackend')], save_dir=str(tmp_path))
    runner = SimpleNamespace(visualizer=visualizer, iter=6, logger=logging.getLogger('pictures'))
    hook = PictureHook(num_images=num)
    for _ in range(2):
        hook.before_val_epoch(runner)
        for number, name in enumerate(names):
            image = torch.full((3, 4, 5), number, dtype=torch.uint8)
            sample = DataSample(pred_img=image / 255, path=name, dataset='mine')
            hook.after_val_iter(runner, number, {'inputs': [image]}, [sample])
    folder = tmp_path / 'vis_data/vis_image'
    return {p.name: np.asarray(Image.open(p))[0, 0, 0] for p in folder.iterdir()}


def test_every_image_has_its_picture(tmp_path):
    names = ['a/1.png', 'b/1.png', f'{LATIN}.png', 'x' * 251 + '.png', 'x' * 250 + 'y.png']
    found = shown(tmp_path, names)
    assert sorted(found.values()) == [0, 1, 2, 3, 4]
    assert (found['mine_1_6.png'], found['mine_b_1_6.png']) == (0, 1)
    assert len(shown(tmp_path / 'two', names, num=2)) == 2


def test_a_picture_that_cannot_be_written_is_named(tmp_path, caplog):
    (tmp_path / 'vis_data/vis_image/mine_1_6.png').mkdir(parents=True)
    with caplog.at_level(logging.WARNING), pytest.raises(IsADirectoryError):
        shown(tmp_path, ['1.png', '2.png'])
    assert 'the picture mine_1 is missing: ' in caplog.text and 'Is a directory' in caplog.text
    assert 'mine_2' not in caplog.text


def test_the_back_end_of_configs_is_the_own_one(tmp_path):
    with DefaultScope.overwrite_default_scope('mmrestore'):
        visualizer = Visualizer(vis_backends=[dict(type='LocalVisBackend')], save_dir=str(tmp_path))
    (backend,) = visualizer._vis_backends.values()
    assert type(backend) is LocalVisBackend


def test_logs_hold_names_of_any_bytes(tmp_path):
    logger = logging.getLogger('any bytes')
    logger.propagate = False  # what pytest captures must be text
    logger.addHandler(logging.FileHandler(tmp_path / 'log', encoding='utf-8'))
    quieten(logger)
    logger.warning('the file %s', LATIN)
    assert (tmp_path / 'log').read_text() == 'the file t\\udce9\n'
