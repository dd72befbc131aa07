"""Networks, one per file; every file of the folder is imported."""

from importlib import import_module
from pkgutil import iter_modules

from mmrestore.models.backbones.atbsn import ATBSN
from mmrestore.models.backbones.dbsnl import DBSNl
from mmrestore.models.backbones.deamnet import DeamNet
from mmrestore.models.backbones.dmnet import DMNet
from mmrestore.models.backbones.dncnn import DnCNN, FDnCNN, fold_batch_norm
from mmrestore.models.backbones.edsr import EDSR
from mmrestore.models.backbones.grl import GRL
from mmrestore.models.backbones.hat import HAT
from mmrestore.models.backbones.mirnet import MIRNet
from mmrestore.models.backbones.mirnet_v2 import MIRNetV2
from mmrestore.models.backbones.msrresnet import MSRResNet, MSRResNet0
from mmrestore.models.backbones.nafnet import NAFNet, NAFNetBaseline
from mmrestore.models.backbones.nbsn import NBSN, ATBSNStudent
from mmrestore.models.backbones.pre_upsampling import PreUpsampling
from mmrestore.models.backbones.rednet import REDNet
from mmrestore.models.backbones.residual_unet import ResidualUNet
from mmrestore.models.backbones.restormer import Restormer
from mmrestore.models.backbones.ridnet import RIDNet
from mmrestore.models.backbones.rnan import RNAN
from mmrestore.models.backbones.srresnet import SRResNet
from mmrestore.models.backbones.swinir import SwinIR
from mmrestore.models.backbones.unet import UNet

for _module in iter_modules(__path__):
    import_module(f'{__name__}.{_module.name}')

__all__ = [
    'ATBSN',
    'EDSR',
    'GRL',
    'HAT',
    'NBSN',
    'RNAN',
    'ATBSNStudent',
    'DBSNl',
    'DMNet',
    'DeamNet',
    'DnCNN',
    'FDnCNN',
    'MIRNet',
    'MIRNetV2',
    'MSRResNet',
    'MSRResNet0',
    'NAFNet',
    'NAFNetBaseline',
    'PreUpsampling',
    'REDNet',
    'RIDNet',
    'ResidualUNet',
    'Restormer',
    'SRResNet',
    'SwinIR',
    'UNet',
    'fold_batch_norm',
]
