"""Public Python API."""

from mmrestore.apis.denoising.denoise import denoise
from mmrestore.apis.export import export
from mmrestore.apis.image_restorer import ImageRestorer
from mmrestore.apis.inference import init_restorer, restore
from mmrestore.apis.loading import load
from mmrestore.apis.measuring import measure
from mmrestore.apis.model_cache import fetch_model, resolve_model
from mmrestore.apis.official import load_official
from mmrestore.apis.released_models import find_model, list_models
from mmrestore.apis.reporting.report import report
from mmrestore.apis.restore_files import restore_files, restore_picture, restore_planned
from mmrestore.apis.restore_plan import plan_restoring
from mmrestore.apis.testing import test
from mmrestore.apis.training import train
from mmrestore.datasets.image_writer import write_image

__all__ = [
    'ImageRestorer',
    'denoise',
    'export',
    'fetch_model',
    'find_model',
    'init_restorer',
    'list_models',
    'load',
    'load_official',
    'measure',
    'plan_restoring',
    'report',
    'resolve_model',
    'restore',
    'restore_files',
    'restore_picture',
    'restore_planned',
    'test',
    'train',
    'write_image',
]
