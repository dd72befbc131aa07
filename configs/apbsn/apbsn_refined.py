"""AP-BSN with the refinement; it is trained as without, so that a checkpoint of that will do."""

_base_ = [
    './apbsn.py',
    '../_base_/strategies/refinement.py',
]
model = dict(inference=dict(refine=dict(per_element=True, padding=2)))
