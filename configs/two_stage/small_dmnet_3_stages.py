"""Stages two and three of the small DM-Net: after 300 of 600 steps it becomes its own teacher."""

_base_ = './small_dmnet_plus.py'

train_cfg = dict(max_iters=600)
default_hooks = dict(teacher_update=dict(type='TeacherUpdateHook', interval=300))
