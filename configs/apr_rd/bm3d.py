"""BM3D on PolyU, the row that learns nothing: `mmrestore test configs/apr_rd/bm3d.py`."""

_base_ = [
    '../_base_/models/bm3d.py',
    '../_base_/datasets/self_supervised_polyu.py',
    '../_base_/schedules/adam_200k_iterations.py',  # not used
    '../_base_/iteration_runtime.py',
]
test_evaluator = dict(
    metrics=[
        dict(type='PSNR'),
        dict(type='SSIM'),
        dict(type='PSNR', of='input', name='PSNR_of_input'),
        dict(type='SSIM', of='input', name='SSIM_of_input'),
    ]
)
