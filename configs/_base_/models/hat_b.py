# HAT at scale 1: 20,477,083 parameters in colour.
_base_ = './hat_s.py'
model = dict(backbone=dict(embed_channels=180, compress_ratio=3, squeeze_factor=30))
