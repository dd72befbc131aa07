"""Noise2Void: single pixels are replaced by neighbors and predicted from those around them."""

model = dict(
    losses=dict(pixel=dict(type='MSELoss')),
    data_preprocessor=dict(
        batch_transforms=dict(target=dict(type='NoisyTarget'), mask=dict(type='BlindSpotMask'))
    ),
)
