"""Stages two to five of DnCNN, which becomes its own teacher after every 10,000 steps."""

_base_ = './dncnn_plus.py'

train_cfg = dict(max_iters=40_000, val_interval=10_000)
default_hooks = dict(
    checkpoint=dict(interval=10_000, max_keep_ckpts=4),
    teacher_update=dict(type='TeacherUpdateHook', interval=10_000),
)
