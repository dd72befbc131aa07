# For training by iterations (IterTrainLoop): logs, checkpoints and validations count them.
_base_ = './default_runtime.py'

default_hooks = dict(
    logger=dict(log_metric_by_epoch=False),
    checkpoint=dict(interval=5000, by_epoch=False),
)
log_processor = dict(by_epoch=False)
