# Super-resolution x4 in two stages with the photographs of the installed scikit-image. Tests are on
# small images as training makes them and on "real" ones, which are of a softer lens than training
# knows, a Gaussian of 0.7 small pixels, and have noise of sigma 2.
_base_ = './super_resolution_embedded.py'
blur = dict(type='AddNoise', noise=dict(type='GaussianBlur', std=0.7))
noise = dict(type='AddNoise', noise=dict(type='GaussianNoise', sigma=2), by_name=True)
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
                    blur=blur,
                    noise=noise,
                    tensor=dict(type='PackInputs'),
                ),
            )
        )
    )
)
test_dataloader = val_dataloader
