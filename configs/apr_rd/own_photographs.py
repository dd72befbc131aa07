"""Both stages of small networks on noisy photographs of your own.

ln -s /FULL/PATH/OF/FOLDER data/photographs
mmrestore train configs/apr_rd/own_photographs.py
"""

stages = dict(
    apr=dict(config='own_photographs_apr.py', passes='best'),
    rd=dict(
        config='own_photographs_rd.py',
        takes=dict(apr='model.data_preprocessor.batch_transforms.teacher.checkpoint'),
    ),
)
