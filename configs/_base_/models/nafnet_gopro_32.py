# NAFNet of width 32, as published for deblurring (GoPro): 17,111,907 parameters in colour. It is
# trained on patches of 256; at test its means are taken over windows of 1.5 times that.
_base_ = './nafnet_32.py'

model = dict(
    backbone=dict(encoder_depths=[1, 1, 1, 28], num_middle_blocks=1, decoder_depths=[1, 1, 1, 1]),
    inference=dict(local_statistics=dict(type='LocalStatistics', train_size=256)),
)
