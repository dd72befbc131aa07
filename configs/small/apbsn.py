"""AP-BSN of a small network on the noisy half of PolyU, for a CPU."""

_base_ = [
    '../_base_/models/dbsnl.py',
    '../_base_/datasets/self_supervised_polyu_small.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/apbsn.py',
]
model = dict(backbone=dict(channels=32, num_modules=4))
train_dataloader = dict(total_batch_size=1, dataset=dict(pipeline=dict(patch=dict(size=120))))
optim_wrapper = dict(type='AmpOptimWrapper')
train_cfg = dict(val_interval=2000)
default_hooks = dict(logger=dict(interval=100), checkpoint=dict(interval=2000, max_keep_ckpts=6))
auto_scale_lr = dict(base_batch_size=1)
