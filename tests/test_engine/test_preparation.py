"""What is asked to read its networks before a training."""

from __future__ import annotations

import pytest
from torch import nn

from mmrestore.engine.preparation import prepare_batch_transforms, prepare_losses
from mmrestore.models.losses import PerceptualLoss, TwoScaleLoss


class Model(nn.Module):
    """A model whose network has something of its own that is called ``prepare``."""

    def __init__(self, **losses):
        super().__init__()
        self.losses = nn.ModuleDict(losses)
        self.backbone = nn.Module()
        self.backbone.prepare = nn.Conv2d(3, 3, 1)
        self.data_preprocessor = nn.Module()
        self.data_preprocessor.batch_transforms = {'plain': lambda inputs, samples: samples}


def test_a_loss_within_a_loss_is_asked(tmp_path):
    perceptual = dict(type='PerceptualLoss', weights=str(tmp_path / 'missing.pth'))
    for loss in (PerceptualLoss(weights=tmp_path / 'missing.pth'), TwoScaleLoss(perceptual)):
        with pytest.raises(RuntimeError, match=r'there is no file .*missing\.pth'):
            prepare_losses(Model(pixel=nn.L1Loss(), other=loss))


def test_networks_and_plain_components_are_left_alone():
    prepare_losses(Model(pixel=nn.L1Loss()))
    prepare_losses(nn.Module())
    prepare_batch_transforms(Model())
