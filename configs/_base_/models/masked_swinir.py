# The SwinIR of masked training: 824,118 parameters. Unlike SwinIR it embeds single pixels and has
# no long skips.
model = dict(
    type='Restorer',
    backbone=dict(
        type='SwinIR',
        embed_channels=60,
        depths=[6, 6, 6, 6],
        num_heads=[6, 6, 6, 6],
        window_size=8,
        mlp_ratio=2,
        num_convs=3,
        embed_kernel=1,
        long_skips=False,
    ),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
