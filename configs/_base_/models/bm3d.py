# BM3D of the package bm3d (non-commercial use only); the level of white noise is estimated in each
# image: 0 parameters, nothing is trained. `mmrestore test CONFIG` runs it without a checkpoint.
model = dict(type='Restorer', backbone=dict(type='BM3D'), losses=dict())
