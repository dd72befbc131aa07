"""RED-Net of 30 layers, stage one: synthetic photographs of screenshots."""

_base_ = [
    '../_base_/models/red30.py',
    '../_base_/datasets/demoireing_screenshots.py',
    '../_base_/schedules/adam_100k_iterations.py',
    '../_base_/iteration_runtime.py',
]
