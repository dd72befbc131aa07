"""Self-training: a denoiser adapts to noisy images, with its own results as targets.

The teacher is the network as it was before. The input is its result and 1.3 times what it took
away, with signs that change at random in blocks of 32 x 32 pixels, times 0.8 to 1.3.

A config that uses it names the network: `teacher.backbone` and `teacher.checkpoint`, and the same
checkpoint as `load_from`. The mean absolute difference, a learning rate of 2e-4 and
averaged weights suit it.
"""

model = dict(
    data_preprocessor=dict(
        batch_transforms=dict(
            teacher=dict(type='TeacherTarget', padding=16),
            noise_again=dict(type='FlippedResidual'),
        )
    )
)
