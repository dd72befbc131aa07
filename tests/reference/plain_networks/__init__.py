"""Networks as their papers write them: slow and obvious, to test and to time those of mmrestore."""

from plain_networks.atbsn import PlainATBSN, PlainATBSNStudent, PlainNBSN
from plain_networks.dbsnl import PlainDBSNl
from plain_networks.deamnet import PlainDeamNet
from plain_networks.dmnet import PlainDMNet
from plain_networks.dncnn import PlainDnCNN
from plain_networks.grl import PlainGRL
from plain_networks.hat import PlainHAT
from plain_networks.mirnet import PlainMIRNet
from plain_networks.mirnet_v2 import PlainMIRNetV2
from plain_networks.nafnet import PlainNAFNet, PlainNAFNetBaseline
from plain_networks.rednet import PlainREDNet
from plain_networks.restormer import PlainRestormer
from plain_networks.ridnet import PlainRIDNet
from plain_networks.rnan import PlainRNAN
from plain_networks.swinir import PlainSwinIR
from plain_networks.unet import PlainUNet

__all__ = [
    'PlainATBSN',
    'PlainATBSNStudent',
    'PlainDBSNl',
    'PlainDMNet',
    'PlainDeamNet',
    'PlainDnCNN',
    'PlainGRL',
    'PlainHAT',
    'PlainMIRNet',
    'PlainMIRNetV2',
    'PlainNAFNet',
    'PlainNAFNetBaseline',
    'PlainNBSN',
    'PlainREDNet',
    'PlainRIDNet',
    'PlainRNAN',
    'PlainRestormer',
    'PlainSwinIR',
    'PlainUNet',
]
