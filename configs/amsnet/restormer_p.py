"""AMSNet-P: fine-tuning of AMSNet-B on all that both masks restore, with a smoothness prior.

The paper's weight of the prior is 0.01, and 0.1 in its ablation. A stride of 2, that of the test,
in place of 5 is `model.training_decorators.downsample.stride=2`.
"""

_base_ = './restormer_b.py'

model = dict(
    data_preprocessor=dict(batch_transforms=dict(downsample=None, mask=None)),
    training_decorators=dict(
        masks=dict(type='ComplementaryMasks'),
        downsample=dict(type='PixelDownsampled', stride=5),
    ),
    losses=dict(smoothness=dict(type='SmoothnessLoss', loss_weight=0.01)),
)
load_from = 'work_dirs/amsnet/restormer_b/iter_625000.pth'
train_cfg = dict(max_iters=62_500)
