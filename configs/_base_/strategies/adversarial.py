"""Adversarial training: a discriminator of unpaired clean images, and an optimizer for it.

The data set must give clean images (UnpairedDataset). Training stops when one side has won.
"""

model = dict(type='GANRestorer', discriminator=dict(type='PatchDiscriminator'))
optim_wrapper = dict(
    _delete_=True,
    backbone='{{_base_.optim_wrapper}}',
    discriminator='{{_base_.optim_wrapper}}',
)
default_hooks = dict(
    discriminator_collapse=dict(type='DiscriminatorCollapseHook', floor=1e-3, patience=500)
)
