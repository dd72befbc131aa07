"""Readers of released checkpoints: one module for each network, one function for each release."""

from mmrestore.models.official.atbsn import (
    official_atbsn,
    official_atbsn_student,
    official_nbsn,
)
from mmrestore.models.official.dbsnl import official_apbsn, official_dbsnl, undilated_dbsnl
from mmrestore.models.official.deamnet import official_deamnet
from mmrestore.models.official.discriminators import (
    basicsr_unet_discriminator,
    basicsr_vgg_discriminator,
    kair_vgg_96,
    kair_vgg_128,
    kair_vgg_192,
    paper_srgan_discriminator,
)
from mmrestore.models.official.dmnet import paper_dmnet
from mmrestore.models.official.dncnn import official_dncnn, official_fdncnn, original_dncnn
from mmrestore.models.official.edsr import basicsr_edsr, mmagic_edsr, official_edsr
from mmrestore.models.official.grl import official_grl
from mmrestore.models.official.hat import official_hat
from mmrestore.models.official.masked_swinir import official_masked_swinir
from mmrestore.models.official.mirnet import official_mirnet
from mmrestore.models.official.mirnet_v2 import official_mirnet_v2
from mmrestore.models.official.nafnet import official_nafnet, official_nafnet_baseline
from mmrestore.models.official.rednet import paper_rednet
from mmrestore.models.official.restormer import official_restormer
from mmrestore.models.official.ridnet import official_ridnet
from mmrestore.models.official.rnan import official_rnan
from mmrestore.models.official.srresnet import (
    basicsr_msrresnet,
    kair_msrresnet0,
    kair_msrresnet1,
    mmagic_msrresnet,
    paper_srresnet,
)
from mmrestore.models.official.swinir import official_swinir
from mmrestore.models.official.unet import official_unet

__all__ = [
    'basicsr_edsr',
    'basicsr_msrresnet',
    'basicsr_unet_discriminator',
    'basicsr_vgg_discriminator',
    'kair_msrresnet0',
    'kair_msrresnet1',
    'kair_vgg_96',
    'kair_vgg_128',
    'kair_vgg_192',
    'mmagic_edsr',
    'mmagic_msrresnet',
    'official_apbsn',
    'official_atbsn',
    'official_atbsn_student',
    'official_dbsnl',
    'official_deamnet',
    'official_dncnn',
    'official_edsr',
    'official_fdncnn',
    'official_grl',
    'official_hat',
    'official_masked_swinir',
    'official_mirnet',
    'official_mirnet_v2',
    'official_nafnet',
    'official_nafnet_baseline',
    'official_nbsn',
    'official_restormer',
    'official_ridnet',
    'official_rnan',
    'official_swinir',
    'official_unet',
    'original_dncnn',
    'paper_dmnet',
    'paper_rednet',
    'paper_srgan_discriminator',
    'paper_srresnet',
    'undilated_dbsnl',
]
