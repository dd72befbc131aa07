"""AMSNet-P: fine-tuning on what all complementary masks restore together, with a smoothness prior.

It begins with a network trained by `amsnet`, which `load_from` names. The paper's weight of the
prior is 0.01, and 0.1 in its ablation.
"""

_base_ = './amsnet.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(downsample=None, mask=None)),
    training_decorators=dict(
        masks=dict(type='ComplementaryMasks'),
        downsample=dict(type='PixelDownsampled', stride=5),
    ),
    losses=dict(smoothness=dict(type='SmoothnessLoss', loss_weight=0.01)),
)
