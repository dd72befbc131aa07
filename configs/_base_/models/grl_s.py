# GRL-S of the TRAPS and GRL papers: 3,120,227 parameters in colour.
# The TRAPS paper names no windows and stripes; these are the published ones (of GRL-S for
# demosaicking) that divide its patches of 64 pixels.
model = dict(
    type='Restorer',
    backbone=dict(
        type='GRL',
        embed_channels=128,
        depths=[4, 4, 4, 4],
        num_heads_window=[2, 2, 2, 2],
        num_heads_stripe=[2, 2, 2, 2],
        window_size=8,
        stripe_size=[32, 32],
        anchor_factor=4,
        mlp_ratio=2,
    ),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
