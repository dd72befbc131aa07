# The 1000 boxes of DND: a training on what is tested, without any clean picture. They are read once
# and kept (3 GB). Validation looks at those of the first five photographs.
_base_ = './self_supervised_folder.py'
boxes = dict(type='DNDBoxes', root='data/DND')

train_dataloader = dict(
    num_workers=4,
    sampler=dict(repeat=4),
    dataset=dict(name='dnd', cache=True, pipeline=dict(image=None), **boxes),
)
val_dataloader = dict(
    dataset=dict(
        datasets=dict(_delete_=True, dnd=dict(num_images=5, **boxes)), pipeline=dict(image=None)
    )
)
test_dataloader = val_dataloader
