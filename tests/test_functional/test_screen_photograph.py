"""Screen photographs: source of the moire, alignment of pairs."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from mmrestore.datasets import EmbeddedPhotographs
from mmrestore.functional import screen_display, screen_photograph
from mmrestore.functional.image_quality import psnr
from mmrestore.functional.screen_draws import ScreenRanges, check_ranges, draw_screens
from mmrestore.functional.screen_photograph import photograph_screen, tone_curve, view_picture

STRAIGHT = ScreenRanges(
    magnification=1.0,
    tilt=0.0,
    roll=0.0,
    distortion=0.0,
    exposure=1.0,
    contrast=0.0,
    shot_noise=1e-8,
    blur=0.4,
    quality=100,
)


def screens(num=1, ranges=STRAIGHT, *, pattern=True, seed=0):
    drawn = draw_screens(num, ranges, generator=torch.Generator().manual_seed(seed))
    drawn = drawn._replace(quality=None)
    if pattern:
        return drawn
    whole = torch.tensor([0.0, 1.0])
    return drawn._replace(columns=whole.expand(num, 3, 2), rows=whole.expand(num, 2))


def still(drawn):
    """Drawn screens without a shift."""
    view = drawn.view
    return drawn._replace(view=view._replace(shift=torch.zeros_like(view.shift)))


def take(pictures, drawn, size=None):
    """Photographs without noise."""
    height, width = size or pictures.shape[-2:]
    noise = torch.zeros(len(pictures), 4, (height + 1) // 2, (width + 1) // 2)
    return photograph_screen(pictures, drawn, size=size, noise=noise.to(pictures))


@pytest.fixture(scope='module')
def photographs():
    """Two parts of photographs, (2, 3, 120, 133)."""
    dataset = EmbeddedPhotographs('test', pipeline=[{'type': 'LoadImage'}])
    images = [torch.from_numpy(dataset[i]['img']).permute(2, 0, 1) for i in (0, 1)]
    return torch.stack([image[:, 60:180, 150:283].float() / 255 for image in images])


def test_without_degradations_the_picture_is_returned(photographs):
    drawn = still(screens(2, pattern=False))
    sharp = drawn._replace(spread=torch.full((2,), 1e-3))
    bare = take(photographs, sharp).sensor[..., :120, :133]
    # 3 x 3 samples lie inside the pixel; what stands for their area reaches a little further.
    assert (psnr(bare ** (1 / 2.2), photographs) > 38).all()
    stages = take(photographs, drawn)
    assert stages.photograph.shape == photographs.shape
    smooth = F.avg_pool2d(photographs, 7, 1, 3, count_include_pad=False)
    assert (psnr(take(smooth, drawn).photograph, smooth) > 40).all()
    torch.testing.assert_close(view_picture(photographs, drawn.view), photographs)


def test_the_sensor_gathers_all_light_of_its_pixels():
    """At half the magnification a sensor pixel sees the mean light of 2 x 2 display pixels."""
    picture = torch.rand(1, 3, 12, 16, generator=torch.Generator().manual_seed(0)).double()
    drawn = still(screens(1, STRAIGHT._replace(magnification=0.5, blur=0.3), pattern=False))
    drawn = drawn._replace(spread=torch.tensor([1e-3]))
    sensor = take(picture, drawn, (6, 8)).sensor
    expected = F.avg_pool2d(picture**2.2, 2)
    assert (sensor - expected).abs().mean() < 0.15 * expected.std()
    assert torch.corrcoef(torch.stack((sensor.flatten(), expected.flatten())))[0, 1] > 0.97


def shift_between(first, second):
    """The shift (down, right) of ``second`` against ``first``, by the slope of the phases.

    Weighted least squares on the phase of the cross spectrum at low frequencies.
    """
    window = torch.outer(torch.hann_window(first.shape[0]), torch.hann_window(first.shape[1]))
    spectra = [torch.fft.fft2((image - image.mean()) * window) for image in (first, second)]
    cross = spectra[0] * spectra[1].conj()
    down, right = torch.meshgrid(*(torch.fft.fftfreq(side) for side in first.shape), indexing='ij')
    low = (down**2 + right**2).sqrt() < 0.12
    weight = cross.abs()[low]
    matrix = 2 * torch.pi * torch.stack((down[low], right[low]), dim=1)
    normal = matrix.T @ (weight[:, None] * matrix)
    return torch.linalg.solve(normal, matrix.T @ (weight * cross.angle()[low]))


def test_the_measure_of_shifts(photographs):
    image = photographs[0, 1]
    shifted = 0.75 * image[:, 1:-1] + 0.25 * image[:, 2:]
    found = shift_between(image[:, 1:-1], shifted)
    torch.testing.assert_close(found, torch.tensor([0.0, -0.25]), atol=0.02, rtol=0)


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize('pattern', [False, True])
def test_pairs_are_aligned(photographs, seed, pattern):
    ranges = ScreenRanges(magnification=(1.2, 1.7), exposure=1.0, contrast=0.0)
    drawn = screens(2, ranges, pattern=pattern, seed=seed)
    photograph = take(photographs, drawn).photograph ** 2.2
    target = view_picture(photographs, drawn.view) ** 2.2
    # In light: a lens that blurs light before the tone curve moves edges of values to the dark.
    for taken, clean, magnification in zip(
        photograph, target, drawn.view.magnification, strict=True
    ):
        red, green, blue = (shift_between(clean[c], taken[c]) for c in range(3))
        assert green.abs().max() < 0.03
        # Red shines a third of a display pixel further left than green, blue further right.
        third = magnification / 3 if pattern else 0
        assert abs(red[1] + third) < 0.12 and abs(blue[1] - third) < 0.12
        assert abs(red[0]) < 0.15 and abs(blue[0]) < 0.15  # the display is turned
    # Were the warps not the same, this would see it.
    other = draw_screens(2, ranges, generator=torch.Generator().manual_seed(seed + 50))
    moved = view_picture(photographs, other.view) ** 2.2
    assert shift_between(moved[0, 1], photograph[0, 1]).abs().max() > 0.2


def bands(image):
    """Standard deviation of the color differences of (N, 3, H, W) below a tenth of a cycle."""
    colors = torch.stack((image[:, 0] - image[:, 1], image[:, 2] - image[:, 1]), dim=1)
    low = F.avg_pool2d(colors, 5, 3)[..., 2:-2, 2:-2]
    return low.std((1, 2, 3))


def test_moire_is_caused_only_by_the_sub_pixels():
    num = 8
    gray = torch.full((num, 3, 97, 90), 0.6)
    ranges = ScreenRanges(magnification=(1.85, 2.15), roll=(-4, 4), tilt=(-6, 6), blur=0.5)
    with_pattern = take(gray, screens(num, ranges)).photograph
    without = take(gray, screens(num, ranges, pattern=False)).photograph
    assert (bands(with_pattern) > 0.01).all()
    assert (bands(without) < 1e-4).all()
    # A stronger low pass leaves less of it.
    blurred = take(gray, screens(num, ranges._replace(blur=1.0))).photograph
    assert (bands(blurred) < 0.5 * bands(with_pattern)).all()


def test_moire_has_the_frequency_of_the_beat():
    """Stripes of m sensor pixels under a mosaic of period 2 beat with the period 2 m / (2 - m)."""
    magnification = 1.9  # of red: 1 / 1.9 - 1 / 2 cycles a pixel, 38 pixels
    gray = torch.full((1, 3, 80, 228), 0.6)
    drawn = screens(1, STRAIGHT._replace(magnification=magnification))
    red = take(gray, drawn).raw[0, 0, 4:-4]  # every other pixel, 6 beats in 114
    spectrum = torch.fft.rfft(red.mean(0) - red.mean()).abs()
    assert spectrum.argmax() == 6
    assert spectrum[6] > 5 * spectrum[1:5].max()


def test_gray_keeps_its_mean():
    num = 12
    gray = torch.full((num, 3, 60, 70), 0.5)
    ranges = ScreenRanges(quality=100, contrast=0.0)
    drawn = screens(num, ranges)
    linear = take(gray, drawn).sensor.mean((2, 3)) / drawn.exposure[:, None]
    torch.testing.assert_close(linear, torch.full((num, 3), 0.5**2.2), rtol=0.03, atol=0)
    photograph = take(gray, drawn._replace(exposure=torch.ones(num))).photograph
    assert ((photograph.mean((2, 3)) - 0.5).abs() < 0.03).all()


def test_samples_are_fine_enough(monkeypatch):
    """Comparison with a much finer simulation, whose sampling causes no moire."""
    num, size = 6, 48
    gray = torch.full((num, 3, size, size), 0.6)
    drawn = screens(num, ScreenRanges(exposure=1.0, contrast=0.0), seed=1)
    found = take(gray, drawn).sensor
    monkeypatch.setattr(screen_display, 'BLOCK', (20, 45))
    monkeypatch.setattr(screen_photograph, 'SUPERSAMPLING', 9)
    fine = take(gray, drawn).sensor
    mean = 0.6**2.2
    moire = (fine - mean).square().mean((1, 2, 3)).sqrt()
    assert ((found - fine).square().mean((1, 2, 3)).sqrt() < 0.08 * moire).all()
    assert (F.avg_pool2d(found - fine, 8).abs() < 0.006 * mean).all()
    assert moire.max() > 0.1 * mean


def test_exact_for_given_draws_and_odd_sizes():
    pictures = torch.rand(3, 3, 31, 45, generator=torch.Generator().manual_seed(0))
    drawn = draw_screens(3, generator=torch.Generator().manual_seed(1))
    again = draw_screens(3, generator=torch.Generator().manual_seed(1))
    noise = torch.randn(3, 4, 12, 14, generator=torch.Generator().manual_seed(2))
    results = [
        photograph_screen(pictures, s, size=(23, 27), noise=noise).photograph
        for s in (drawn, again)
    ]
    assert results[0].equal(results[1]) and results[0].shape == (3, 3, 23, 27)
    # An image does not depend on its neighbors in the batch.
    view = type(drawn.view)(*(values[1:2] for values in drawn.view))
    one = type(drawn)(view, *(values[1:2] for values in drawn[1:]))
    alone = photograph_screen(pictures[1:2], one, size=(23, 27), noise=noise[1:2]).photograph
    torch.testing.assert_close(alone, results[0][1:2], atol=1.5 / 255, rtol=0)
    assert photograph_screen(pictures, drawn, size=(24, 28)).raw.shape == (3, 4, 12, 14)
    with pytest.raises(ValueError, match='expected noise of shape'):
        photograph_screen(pictures, drawn, noise=noise)


def test_below_a_magnification_of_1_targets_are_averaged():
    """Stripes of one pixel are gray from far away, and only coincide with themselves from near."""
    picture = torch.zeros(1, 3, 40, 40)
    picture[..., ::2] = 1
    far = still(screens(1, STRAIGHT._replace(magnification=0.55, blur=0.3))).view
    plain = view_picture(picture, far, size=(16, 16), antialias=False)
    averaged = view_picture(picture, far, size=(16, 16))
    assert averaged.std() < 0.5 * plain.std()
    near = screens(1, STRAIGHT._replace(magnification=(1.0, 2.0), tilt=(-9, 9))).view
    torch.testing.assert_close(
        view_picture(picture, near), view_picture(picture, near, antialias=False)
    )


def test_tone_curve():
    x = torch.rand(2, 3, 5, 5, generator=torch.Generator().manual_seed(0))
    value = x ** (1 / 2.2)
    torch.testing.assert_close(tone_curve(x, torch.zeros(2)), value)
    whole = tone_curve(x, torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(whole[1], 3 * value[1] ** 2 - 2 * value[1] ** 3)
    torch.testing.assert_close(whole[0], value[0])


def test_draws_are_spread_over_their_ranges():
    ranges = ScreenRanges(quality=(90, 92), roll=(1.0, 3.0))
    drawn = draw_screens(2000, ranges, generator=torch.Generator().manual_seed(0))
    assert drawn.quality.unique().tolist() == [90, 91, 92]
    found = {
        'magnification': drawn.view.magnification,
        'tilt': drawn.view.angles[:, 1],
        'roll': drawn.view.angles[:, 2],
        'distortion': drawn.view.distortion,
        'focal_length': drawn.view.focal_length,
        'stripe_width': 3 * (drawn.columns[:, 1, 1] - drawn.columns[:, 1, 0]),
        'stripe_height': drawn.rows[:, 1] - drawn.rows[:, 0],
        'blur': drawn.spread * drawn.view.magnification,
        'exposure': drawn.exposure,
        'contrast': drawn.contrast,
    }
    for name, values in found.items():
        low, high = getattr(ranges, name)
        unit = (values - low) / (high - low)
        assert abs(unit.mean() - 0.5) < 0.03 and abs(unit.std() - 12**-0.5) < 0.02, name
        assert -1e-4 <= unit.min() < 0.01 and 0.99 < unit.max() <= 1.0001, name
    assert (drawn.view.shift.abs() <= 0.5).all() and drawn.view.shift.std() > 0.25
    log_shot = (drawn.shot.log10() + 5) / 2
    assert abs(log_shot.mean() - 0.5) < 0.03 and log_shot.min() >= 0 and log_shot.max() <= 1


@pytest.mark.parametrize(
    ('ranges', 'message'),
    [
        ({'tilt': (5, -5)}, r'tilt from -30 to 30.*got \(5, -5\)'),
        ({'magnification': 0.1}, 'magnification from 0.5 to 8'),
        ({'quality': (0, 50)}, 'quality from 1 to 100'),
        ({'contrast': (0.1, 0.2, 0.3)}, 'contrast from 0 to 1'),
        ({'exposure': float('nan')}, 'exposure'),
        ({'magnification': (0.8, 2), 'blur': 0.5}, 'wider than 0.6 display pixels at .* 0.8'),
    ],
)
def test_invalid_ranges_are_refused(ranges, message):
    with pytest.raises(ValueError, match=message):
        check_ranges(ScreenRanges(**ranges))


@pytest.mark.skipif(not torch.cuda.is_available(), reason='there is no GPU')
def test_on_a_gpu():
    pictures = torch.rand(2, 3, 31, 46, generator=torch.Generator().manual_seed(0))
    drawn = draw_screens(2, generator=torch.Generator().manual_seed(1))
    view = type(drawn.view)(*(values.cuda() for values in drawn.view))
    moved = type(drawn)(view, *(values.cuda() for values in drawn[1:]))
    noise = torch.randn(2, 4, 16, 23, generator=torch.Generator().manual_seed(2))
    expected = photograph_screen(pictures, drawn, noise=noise)
    found = photograph_screen(pictures.cuda(), moved, noise=noise.cuda())
    torch.testing.assert_close(found.developed.cpu(), expected.developed, atol=2e-3, rtol=0)
    target = view_picture(pictures.cuda(), moved.view)
    torch.testing.assert_close(target.cpu(), view_picture(pictures, drawn.view), atol=1e-4, rtol=0)
    assert draw_screens(2, device='cuda').view.angles.is_cuda
