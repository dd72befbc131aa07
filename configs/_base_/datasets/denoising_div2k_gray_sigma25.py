# Gray denoising at sigma 25; the test set is Set12, which is gray.
_base_ = './denoising_div2k_gray_sigma50.py'
sigma = 25

model = dict(data_preprocessor=dict(batch_transforms=dict(noise=dict(sigma=sigma))))
val_dataloader = dict(
    dataset=dict(
        datasets=dict(_delete_=True, set12=dict(type='ImageFolder', root='data/test/set12')),
        pipeline=dict(noise=dict(sigma=sigma)),
    )
)
test_dataloader = val_dataloader
