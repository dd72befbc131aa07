"""Components of another package: importing them makes their names known to mmrestore's configs."""

from mmrestore_example.backbone import DilatedNet
from mmrestore_example.batch_transform import RandomChannelOrder
from mmrestore_example.metric import MAE

__all__ = ['MAE', 'DilatedNet', 'RandomChannelOrder']
