"""DilatedNet, colour denoising at sigma 25, on photographs that are installed with scikit-image.

A config of another package stands on its own: MMEngine resolves `_base_` in one package only.
"""

default_scope = 'mmrestore'

model = dict(
    type='Restorer',
    backbone=dict(type='DilatedNet', width=24),
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(
        type='DataPreprocessor',
        batch_transforms=dict(
            colours=dict(type='RandomChannelOrder'),
            noise=dict(type='GaussianNoise', sigma=25),
        ),
    ),
)

train_dataloader = dict(
    dataset=dict(
        type='EmbeddedPhotographs',
        split='train',
        cache=True,
        pipeline=[
            dict(type='LoadImage'),
            dict(type='RandomCrop', size=48),
            dict(type='RandomDihedral'),
            dict(type='PackInputs'),
        ],
    ),
    sampler=dict(type='ResumableSampler', repeat=80),  # an epoch: 240 patches of 3 photographs
    batch_size=8,
    drop_last=True,
)
val_dataloader = dict(
    dataset=dict(
        type='EmbeddedPhotographs',
        split='test',
        pipeline=[
            dict(type='LoadImage'),
            dict(type='CenterCrop', size=128),
            dict(type='AddGaussianNoise', sigma=25),
            dict(type='PackInputs'),
        ],
    ),
    sampler=dict(type='DefaultSampler', shuffle=False),
    batch_size=1,
)
val_evaluator = dict(type='Evaluator', metrics=[dict(type='PSNR'), dict(type='MAE')])
test_dataloader = val_dataloader
test_evaluator = val_evaluator

optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=2e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=10, eta_min=1e-5, by_epoch=True)]
train_cfg = dict(type='EpochTrainLoop', max_epochs=10, val_interval=2)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

default_hooks = dict(
    runtime_info=dict(type='RuntimeInfoHook'),
    timer=dict(type='IterTimerHook'),
    sampler_seed=None,  # the training loops tell the sampler its epoch
    logger=dict(type='LoggerHook', interval=10),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', save_best='embedded/MAE'),
    iteration_seed=dict(type='IterationSeedHook'),
    finite_loss=dict(type='FiniteLossHook'),
    throughput=dict(type='ThroughputHook'),
)
env_cfg = dict(mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0))
randomness = dict(seed=0)
log_processor = dict(window_size=10, by_epoch=True)
log_level = 'INFO'
visualizer = dict(type='Visualizer', vis_backends=[dict(type='LocalVisBackend')])
load_from = None
resume = False
