"""Random replacement refinement at test: a second pass, over copies with noisy pixels put back.

For networks behind complementary masks (AMSNet). AP-BSN draws for each channel and pads:
`model.inference.refine.per_element=True model.inference.refine.padding=2`.
"""

model = dict(inference=dict(refine=dict(type='RandomReplacementRefinement')))
