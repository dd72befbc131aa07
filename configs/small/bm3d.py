"""BM3D on the parts of PolyU that the small networks are tested on; nothing is trained."""

_base_ = [
    '../_base_/models/bm3d.py',
    '../_base_/datasets/self_supervised_polyu_small.py',
    '../_base_/schedules/adam_6k_iterations_cosine.py',  # not used
    '../_base_/iteration_runtime.py',
]
