default_scope = 'mmrestore'
default_hooks = dict(
    runtime_info=dict(type='RuntimeInfoHook'),
    timer=dict(type='IterTimerHook'),
    sampler_seed=None,  # the training loops tell the sampler its epoch
    logger=dict(type='LoggerHook', interval=50),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', interval=1, max_keep_ckpts=2, save_best='auto'),
    iteration_seed=dict(type='IterationSeedHook'),
    finite_loss=dict(type='FiniteLossHook'),
    throughput=dict(type='ThroughputHook'),
    data_wait=dict(type='DataWaitHook'),
    history=dict(type='TrimHistoryHook'),
    curves=dict(type='CurveHook'),
    pictures=dict(type='PictureHook', num_images=1),
    summary=dict(type='SummaryHook'),  # the last of all: its lines end a training
)
env_cfg = dict(cudnn_benchmark=True, mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0))
randomness = dict(seed=0)
log_processor = dict(window_size=50, by_epoch=True)
log_level = 'INFO'
visualizer = dict(type='Visualizer', vis_backends=[dict(type='LocalVisBackend')])
load_from = None
resume = False
