"""The quick start on photographs of your own; it is measured on those that are embedded.

mmrestore train configs/traps/own_photographs.py \
    --cfg-options train_dataloader.dataset.root=FOLDER
"""

_base_ = './quickstart.py'

train_dataloader = dict(
    sampler=dict(repeat=1),
    dataset=dict(
        _delete_=True,
        type='ImageFolder',
        root='data/photographs',
        pipeline={{_base_.train_dataloader.dataset.pipeline}},
    ),
)
