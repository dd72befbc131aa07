"""AMSNet-B with Restormer on PolyU, of whose noisy half it learns; tests any checkpoint of it."""

_base_ = [
    '../_base_/models/restormer.py',
    '../_base_/datasets/self_supervised_polyu.py',
    '../_base_/schedules/adamw_625k_iterations.py',
    '../_base_/iteration_runtime.py',
    '../_base_/strategies/amsnet.py',
]
train_dataloader = dict(
    total_batch_size=4,
    dataset=dict(pipeline=dict(patch=dict(size=160), symmetry=dict(quarter_turns=False))),
)
