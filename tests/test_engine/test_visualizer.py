"""A visualizer that makes its figure when it is first used."""

from __future__ import annotations

import logging

import numpy as np
import torch

from mmrestore.engine import Visualizer
from mmrestore.engine.environment import describe_environment, log_environment


def test_a_figure_is_made_when_something_is_drawn(tmp_path):
    visualizer = Visualizer(
        'lazy', vis_backends=[dict(type='LocalVisBackend')], save_dir=str(tmp_path)
    )
    visualizer.add_image('picture', np.zeros((4, 5, 3), np.uint8), step=1)
    assert visualizer._figure is None and list(tmp_path.rglob('picture_1.png'))
    image = np.full((40, 50, 3), 255, np.uint8)
    visualizer.set_image(image)
    visualizer.draw_bboxes(torch.tensor([[10, 10, 30, 30]]), edge_colors='r')
    drawn = visualizer.get_image()
    assert visualizer._figure is not None and drawn.shape == image.shape
    assert (drawn != image).any() and (drawn[0] == 255).all()


def test_the_environment_is_logged(caplog):
    found = describe_environment()
    assert found['PyTorch'] == torch.__version__ and found['numpy'] == np.__version__
    with caplog.at_level(logging.INFO):
        log_environment(logging.getLogger('of_a_run'), {'seed': 7}, config='a = 1')
    text = caplog.text
    assert 'System environment:' in text and '    seed: 7' in text and 'Config:\na = 1' in text
