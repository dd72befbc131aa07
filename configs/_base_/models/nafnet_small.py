# A small NAFNet, for a CPU: 904,395 parameters in color. It halves its features three times.
_base_ = './nafnet_32.py'

model = dict(
    backbone=dict(
        channels=24, encoder_depths=[1, 1, 1], num_middle_blocks=2, decoder_depths=[1, 1, 1]
    )
)
