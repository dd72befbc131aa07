# Super-resolution x4 in two stages with the photographs of the installed scikit-image. Tests are on
# small images as training makes them and on "real" ones, whose noise and compression it does not
# know: Gaussian noise of sigma 6, then JPEG of quality 60.
_base_ = './super_resolution_embedded.py'
noise = dict(type='AddNoise', noise=dict(type='GaussianNoise', sigma=6), by_name=True)
jpeg = dict(type='AddNoise', noise=dict(type='JPEGCompression', quality=60))
photographs = dict(type='EmbeddedPhotographs', split='test', cache=True)

train_dataloader = dict(total_batch_size=8, dataset=dict(pipeline=dict(patch=dict(size=96))))
val_dataloader = dict(
    dataset=dict(
        datasets=dict(
            embedded_real=dict(
                photographs,
                pipeline=dict(
                    image=dict(type='LoadImage'),
                    low_resolution=dict(type='BicubicDownsample', scale={{_base_.scale}}),
                    noise=noise,
                    jpeg=jpeg,
                    tensor=dict(type='PackInputs'),
                ),
            )
        )
    )
)
test_dataloader = val_dataloader
