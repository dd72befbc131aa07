# For training with a discriminator (GANRestorer), which is stopped when one side has won.
_base_ = './iteration_runtime.py'

default_hooks = dict(
    checkpoint=dict(interval=1000),
    discriminator_collapse=dict(type='DiscriminatorCollapseHook', floor=1e-3, patience=500),
)
