# The Baseline of the NAFNet paper, width 32 ("nafnet" of AMSNet): 29,056,227 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(
        type='NAFNetBaseline',
        channels=32,
        encoder_depths=[2, 2, 4, 8],
        num_middle_blocks=12,
        decoder_depths=[2, 2, 2, 2],
        expansion=1,
        ffn_ratio=2,
    ),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
