"""AMSNet-P: fine-tuning of `amsnet_restormer_b.py`."""

_base_ = './amsnet_nafnet_p.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='Restormer',
        embed_channels=16,
        depths=[1, 1, 1, 1],
        num_refinement_blocks=1,
    )
)
train_dataloader = dict(total_batch_size=1)
auto_scale_lr = dict(base_batch_size=1)
load_from = 'work_dirs/small/amsnet_restormer_b/iter_2500.pth'
