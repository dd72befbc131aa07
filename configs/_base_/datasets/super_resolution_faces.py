# Super-resolution x4 of faces: crops of 120 x 120 made by `mmrestore data faces`, whole,
# in batches of 32 (two-stage training, section 4). Real small faces, of 30 x 30, lie in
# data/faces/30, with lists alike; they have no large ones.
_base_ = './super_resolution_div2k.py'

train_dataloader = dict(
    total_batch_size=32,
    dataset=dict(
        name='faces',
        root='data/faces/120',
        list_file='data/faces/120_train.txt',
        pipeline=dict(patch=dict(size=120), symmetry=None),
    ),
)
val_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            faces=dict(
                type='ImageFolder', root='data/faces/120', list_file='data/faces/120_val.txt'
            ),
        )
    )
)
test_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            faces=dict(
                type='ImageFolder', root='data/faces/120', list_file='data/faces/120_test.txt'
            ),
        )
    )
)
