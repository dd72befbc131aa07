"""AMSNet-P of a small DnCNN on the noisy half of PolyU."""

_base_ = './small_nafnet_p.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='DnCNN',
        in_channels=3,
        channels=32,
        num_layers=10,
        batch_norm=False,  # statistics of two photographs are not those of others
    )
)
load_from = 'work_dirs/amsnet/small_dncnn_b/iter_2500.pth'
