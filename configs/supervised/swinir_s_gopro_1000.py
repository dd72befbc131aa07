"""SwinIR-S, motion deblurring on 1000 random pairs of GoPro, trained plainly (TRAPS, figure 7d)."""

_base_ = './swinir_s_gopro.py'

train_dataloader = dict(dataset=dict(list_file='data/GoPro/train_1000.txt'))
