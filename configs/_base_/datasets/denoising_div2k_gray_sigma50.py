# Gray denoising: the images of the colour config, turned gray when they are loaded.
_base_ = './denoising_div2k_sigma50.py'

train_dataloader = dict(dataset=dict(pipeline=dict(image=dict(color='gray'))))
val_dataloader = dict(dataset=dict(pipeline=dict(image=dict(color='gray'))))
test_dataloader = val_dataloader
test_evaluator = dict(metrics=[dict(type='PSNR'), dict(type='SSIM', channel='y')])
