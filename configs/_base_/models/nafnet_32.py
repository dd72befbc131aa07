# NAFNet of width 32, as published for denoising (SIDD): 29,159,715 parameters in colour.
model = dict(
    type='Restorer',
    backbone=dict(
        type='NAFNet',
        channels=32,
        encoder_depths=[2, 2, 4, 8],
        num_middle_blocks=12,
        decoder_depths=[2, 2, 2, 2],
    ),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad')),
)
