# Masked training: DIV2K, Flickr2K, WED and the parts train and test of BSDS500, 8594 photographs;
# 64 x 64 patches, batches of 64. Measured in RGB, a border of 1 pixel cropped, as its code does.
_base_ = './denoising_div2k_sigma50.py'
sigma = 15

model = dict(data_preprocessor=dict(batch_transforms=dict(noise=dict(sigma=sigma, clip=True))))
train_dataloader = dict(
    total_batch_size=64,
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=dict(
            div2k=dict(type='ImageFolder', root='data/DIV2K/train/HR', cache='auto'),
            flickr2k=dict(type='ImageFolder', root='data/Flickr2K/HR', cache='auto'),
            bsds400=dict(type='ImageFolder', root='data/BSDS500/train_test', cache='auto'),
            wed=dict(type='ImageFolder', root='data/WED', cache='auto'),
        ),
        pipeline={{_base_.train_dataloader.dataset.pipeline}},
    ),
)
val_dataloader = dict(dataset=dict(pipeline=dict(noise=dict(sigma=sigma))))
test_dataloader = val_dataloader
val_evaluator = dict(metrics=[dict(type='PSNR', crop_border=1), dict(type='SSIM', crop_border=1)])
test_evaluator = val_evaluator
