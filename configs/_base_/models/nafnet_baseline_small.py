# A small Baseline of the NAFNet paper, for a CPU: 224,451 parameters in color. It halves its
# features twice, no further: the sub-images of AMSNet's patches are small, 32 x 32 pixels.
_base_ = './nafnet_baseline_32.py'

model = dict(
    backbone=dict(channels=24, encoder_depths=[1, 1], num_middle_blocks=2, decoder_depths=[1, 1])
)
