"""DM-Net, stage one: synthetic photographs of screenshots, a loss at both scales."""

_base_ = [
    '../_base_/models/dmnet_two_scale.py',
    '../_base_/datasets/demoireing_screenshots.py',
    '../_base_/schedules/adam_100k_iterations.py',
    '../_base_/iteration_runtime.py',
]
