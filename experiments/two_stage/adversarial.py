"""The adversarial steps of stage two on synthetic pairs, as SRGAN takes them."""

_base_ = ['./further.py', '../../configs/_base_/strategies/adversarial.py', './discriminator.py']

train_dataloader = dict(
    dataset=dict(
        degraded=dict(
            type='ImageFolder',
            root='data/BSDS500/train_test',
            name='synthetic',
            list_file='experiments/lists/synthetic.txt',
            cache=True,
            pipeline={{_base_.patch}},
        )
    ),
)
