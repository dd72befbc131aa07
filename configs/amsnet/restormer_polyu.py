"""Tests a checkpoint of AMSNet with Restormer on PolyU; those of P are tested by it too."""

_base_ = './restormer_b.py'

test_dataloader = dict(
    dataset=dict(
        datasets=dict(
            _delete_=True,
            polyu=dict(
                type='ImageFolder',
                root='data/test/polyu',
                gt_root='data/test/polyu',
                pattern='{}_real',
                gt_pattern='{}_mean',
            ),
        ),
        pipeline=dict(_delete_=True, image=dict(type='LoadImage'), tensor=dict(type='PackInputs')),
    )
)
