# SwinIR-B of the TRAPS paper, SwinIR-M of the SwinIR paper: 11,504,163 parameters in colour.
_base_ = './swinir_s.py'
model = dict(
    backbone=dict(embed_channels=180, depths=[6, 6, 6, 6, 6, 6], num_heads=[6, 6, 6, 6, 6, 6])
)
