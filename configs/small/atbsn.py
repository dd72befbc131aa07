"""A small AT-BSN on the noisy half of PolyU, the baseline of `apr.py`."""

_base_ = [
    '../_base_/models/atbsn.py',
    '../_base_/datasets/self_supervised_polyu_small.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
]
model = dict(
    backbone=dict(channels=24),
    inference=dict(blind_spot=dict(type='BlindSpot', shift=2), pad=dict(margin=16)),
)
optim_wrapper = dict(type='AmpOptimWrapper')
default_hooks = dict(logger=dict(interval=100), checkpoint=dict(interval=1000, max_keep_ckpts=6))
auto_scale_lr = dict(base_batch_size=2)
