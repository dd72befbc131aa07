"""SwinIR-S, color denoising at sigma 50 on DIV2K, with the channels of every image reordered."""

_base_ = 'mmrestore::supervised/swinir_s.py'

model = dict(data_preprocessor=dict(batch_transforms=dict(colors=dict(type='RandomChannelOrder'))))
