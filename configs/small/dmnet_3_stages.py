"""Stages two and three of the small DM-Net: after 400 of 800 steps it becomes its own teacher."""

_base_ = './dmnet_plus.py'

train_cfg = dict(max_iters=800)
default_hooks = dict(teacher_update=dict(type='TeacherUpdateHook', interval=400))
