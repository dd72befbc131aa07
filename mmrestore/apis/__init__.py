"""What other programs call."""

from mmrestore.apis.inference import init_restorer, restore, restore_files, write_image
from mmrestore.apis.model_cache import fetch_model, resolve_model
from mmrestore.apis.official import load_official
from mmrestore.apis.released_models import find_model, list_models
from mmrestore.apis.testing import test
from mmrestore.apis.training import train

__all__ = [
    'fetch_model',
    'find_model',
    'init_restorer',
    'list_models',
    'load_official',
    'resolve_model',
    'restore',
    'restore_files',
    'test',
    'train',
    'write_image',
]
