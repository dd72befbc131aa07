# Restormer with bias-free norms, for denoising: 26,111,668 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(
        type='Restormer',
        embed_channels=48,
        depths=[4, 6, 6, 8],
        num_refinement_blocks=4,
        num_heads=[1, 2, 4, 8],
        ffn_ratio=2.66,
        norm_bias=False,
    ),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
