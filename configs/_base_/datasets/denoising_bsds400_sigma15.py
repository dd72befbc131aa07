# For experiments: the parts train and test of BSDS500 alone, kept in memory (0.2 GB).
_base_ = './denoising_dfwb_sigma15.py'

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='ImageFolder',
        name='bsds400',
        root='data/BSDS500/train_test',
        cache=True,
        pipeline={{_base_.train_dataloader.dataset.pipeline}},
    ),
)
val_dataloader = dict(dataset=dict(datasets=dict(cbsd68=None, urban100=None)))
test_dataloader = val_dataloader
