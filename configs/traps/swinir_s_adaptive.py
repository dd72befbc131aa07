"""SwinIR-S with TRAPS until the loss no longer falls by 1 % in two epochs, 60 epochs at most.

Not in the paper, which stops at an epoch chosen by hand and leaves an adaptive end to future work.
"""

_base_ = './swinir_s.py'

default_hooks = dict(shuffle_schedule=dict(stop=60, plateau=2, min_improvement=0.01))
