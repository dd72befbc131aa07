# GRL-T of the GRL paper, as for denoising there: 880,227 parameters in colour.
# Patches have sides that are multiples of 128; the paper's have 256.
_base_ = './grl_s.py'
model = dict(backbone=dict(embed_channels=64, window_size=16, stripe_size=[64, 128]))
