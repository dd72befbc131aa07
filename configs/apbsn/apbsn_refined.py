"""AP-BSN with the refinement; it is trained as without, so that a checkpoint of that will do."""

_base_ = './apbsn.py'

model = dict(
    inference=dict(refine=dict(type='RandomReplacementRefinement', per_element=True, padding=2))
)
