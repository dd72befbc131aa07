"""AMSNet-B: of every fifth-pixel sub-image half of the pixels are hidden, and predicted.

At test both halves of every second-pixel sub-image; `--with refinement` adds the refinement (B-E).
"""

_base_ = [
    '../_base_/models/restormer.py',
    '../_base_/datasets/self_supervised_sidd.py',
    '../_base_/schedules/adamw_625k_iterations.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/amsnet.py',
]
train_dataloader = dict(
    total_batch_size=4,
    dataset=dict(pipeline=dict(patch=dict(size=160), symmetry=dict(quarter_turns=False))),
)
