"""Complementary masks, in training and at test: a network predicts pixels that it does not see."""

model = dict(
    training_decorators=dict(masks=dict(type='ComplementaryMasks')),
    inference=dict(blind_spot=None, pad=None, masks=dict(type='ComplementaryMasks')),
)
