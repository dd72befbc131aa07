# SwinIR-S of the TRAPS paper: 2,248,083 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(
        type='SwinIR',
        embed_channels=96,
        depths=[6, 6, 6, 6],
        num_heads=[6, 6, 6, 6],
        window_size=8,
        mlp_ratio=2,
    ),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
