# GRL-B of the GRL paper, as for denoising there: 19,805,263 parameters in colour.
# Patches have sides that are multiples of 128; the paper's have 256.
_base_ = './grl_s.py'
model = dict(
    backbone=dict(
        embed_channels=180,
        depths=[4, 4, 8, 8, 8, 4, 4],
        num_heads_window=[3, 3, 3, 3, 3, 3, 3],
        num_heads_stripe=[3, 3, 3, 3, 3, 3, 3],
        window_size=32,
        stripe_size=[64, 128],
        anchor_factor=2,
        local_connection=True,
    )
)
