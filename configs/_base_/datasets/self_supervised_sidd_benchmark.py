# The 40 whole noisy photographs of the SIDD benchmark, of which the scored blocks are parts: a
# training on what is tested, without any clean picture. They are decoded once and kept (1.5 GB).
_base_ = './self_supervised_folder.py'
photographs = dict(type='ImageFolder', root='data/SIDD_Benchmark_Data', pattern='{}_NOISY_SRGB_010')

train_dataloader = dict(
    num_workers=4,
    sampler=dict(repeat=200),
    dataset=dict(name='sidd_benchmark', cache=True, **photographs),
)
val_dataloader = dict(
    dataset=dict(datasets=dict(_delete_=True, sidd_benchmark=dict(**photographs)))
)
test_dataloader = val_dataloader
