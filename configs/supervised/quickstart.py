"""A small NAFNet on the photographs of scikit-image, trained plainly: minutes on a CPU."""

_base_ = [
    '../_base_/models/nafnet_small.py',
    '../_base_/datasets/denoising_embedded_sigma50.py',
    '../_base_/schedules/adam_300_epochs.py',
    '../_base_/default_runtime.py',
]
# Many steps of small batches: what a CPU does quickly.
train_dataloader = dict(total_batch_size=2, sampler=dict(repeat=98))
optim_wrapper = dict(optimizer=dict(lr=4e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=20, eta_min=1e-5, by_epoch=True)]
train_cfg = dict(max_epochs=20, val_interval=5)
val_evaluator = dict(
    metrics=[
        dict(type='PSNR'),
        dict(type='SSIM'),
        dict(type='PSNR', of='input', name='PSNR_of_input'),
    ]
)
test_evaluator = val_evaluator
default_hooks = dict(logger=dict(interval=49), checkpoint=dict(save_best='embedded/PSNR'))
report = True  # report.html, when the training ends
