"""Both stages of x4 super-resolution on photographs of scikit-image; minutes on a CPU.

Stage one learns from small images that are made bicubically. The "real" ones are of a softer lens
(a Gaussian of 0.7 small pixels) and have noise of sigma 2: the difference between the test sets
`embedded` and `embedded_real` is the drop. Stage two learns from the "real" small images of the two
test photographs, of which it never sees the large ones, and from three other photographs as clean
ones: what `embedded_real` gains is its work.
"""

stages = dict(
    first=dict(config='quickstart_first.py'),
    second=dict(
        config='quickstart_second.py',
        takes=dict(
            first=['load_from', 'model.data_preprocessor.batch_transforms.teacher.checkpoint']
        ),
    ),
)
