# ZSSR, x4: 225,091 parameters. 8 convolutions on the bicubically enlarged image; at test the mean
# over the eight symmetries.
model = dict(
    type='Restorer',
    backbone=dict(
        type='PreUpsampling',
        scale=4,
        backbone=dict(type='DnCNN', in_channels=3, channels=64, num_layers=8, batch_norm=False),
    ),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(type='DataPreprocessor'),
    inference=dict(pad=dict(type='Pad'), self_ensemble=dict(type='SelfEnsemble')),
)
