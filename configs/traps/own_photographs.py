"""The network of the quick start on photographs of your own, measured on the embedded ones.

mmrestore train configs/traps/own_photographs.py \
    --cfg-options train_dataloader.dataset.root=FOLDER
"""

_base_ = './quickstart.py'

train_dataloader = dict(
    sampler=dict(repeat=8),  # one photograph fills a batch
    dataset=dict(
        _delete_=True,
        type='ImageFolder',
        root='data/photographs',
        cache='auto',
        pipeline={{_base_.train_dataloader.dataset.pipeline}},
    ),
)
param_scheduler = [dict(type='CosineAnnealingLR', T_max=2000, eta_min=1e-5, by_epoch=False)]
train_cfg = dict(_delete_=True, type='IterTrainLoop', max_iters=2000, val_interval=200)
default_hooks = dict(
    logger=dict(log_metric_by_epoch=False),
    checkpoint=dict(interval=200, by_epoch=False),
    shuffle_schedule=dict(by_epoch=False, stop=100),
)
log_processor = dict(by_epoch=False)
