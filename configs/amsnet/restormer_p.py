"""AMSNet-P: fine-tuning of AMSNet-B on all that both masks restore, with a smoothness prior.

The paper's weight of the prior is 0.01, and 0.1 in its ablation. A stride of 2, that of the test,
in place of 5 is `model.training_decorators.downsample.stride=2`.
"""

_base_ = [
    './restormer_b.py',
    '../_base_/strategies/amsnet_finetuning.py',
]
load_from = 'work_dirs/amsnet/restormer_b/iter_625000.pth'
train_cfg = dict(max_iters=62_500)
