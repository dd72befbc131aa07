"""Stages two and three of the small EDSR: after 200 of 400 steps it becomes its own teacher."""

_base_ = './edsr_plus.py'

train_cfg = dict(max_iters=400)
default_hooks = dict(teacher_update=dict(type='TeacherUpdateHook', interval=200))
