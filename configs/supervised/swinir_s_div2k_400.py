"""SwinIR-S trained plainly on 400 random images of DIV2K."""

_base_ = './swinir_s.py'

train_dataloader = dict(
    dataset=dict(list_file='{{ fileDirname }}/../_base_/datasets/lists/div2k_400.txt')
)
