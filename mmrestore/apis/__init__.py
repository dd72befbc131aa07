"""What other programs call."""

from mmrestore.apis.export import export
from mmrestore.apis.inference import init_restorer, restore, restore_files, write_image
from mmrestore.apis.official import load_official
from mmrestore.apis.testing import test
from mmrestore.apis.training import train

__all__ = [
    'export',
    'init_restorer',
    'load_official',
    'restore',
    'restore_files',
    'test',
    'train',
    'write_image',
]
