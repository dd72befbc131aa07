"""What other programs call."""

from mmrestore.apis.inference import init_restorer, restore
from mmrestore.apis.official import load_official
from mmrestore.apis.restore_files import restore_files, restore_picture, restore_planned
from mmrestore.apis.restore_plan import plan_restoring
from mmrestore.apis.testing import test
from mmrestore.apis.training import train
from mmrestore.datasets.image_writer import write_image

__all__ = [
    'init_restorer',
    'load_official',
    'plan_restoring',
    'restore',
    'restore_files',
    'restore_picture',
    'restore_planned',
    'test',
    'train',
    'write_image',
]
