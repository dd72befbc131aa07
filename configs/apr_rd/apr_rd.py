"""Both stages, one after the other: APR, then RD with the last checkpoint of APR as its teacher.

Settings of a stage are changed under its name: `--cfg-options rd.train_dataloader.num_workers=8`.
"""

stages = dict(
    apr=dict(config='apr_atbsn.py'),
    rd=dict(
        config='rd_nbsn.py',
        takes=dict(apr='model.data_preprocessor.batch_transforms.teacher.checkpoint'),
    ),
)
