"""Denoising a folder, from the first file to the verdict."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import tifffile
import torch
from exit_status import exit_status
from PIL import ExifTags, Image
from small_photographs import drawing, noisy_picture, smooth_picture, write_denoiser

from mmrestore.apis.denoising.denoise import denoise
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.image_writer import write_image


@pytest.fixture
def denoiser(tmp_path):
    """A checkpoint of a small denoiser."""
    return write_denoiser(tmp_path)


@pytest.fixture
def folder(tmp_path):
    """A folder with a noisy picture and a drawing."""
    write_image(tmp_path / 'mine/noisy.png', noisy_picture())
    write_image(tmp_path / 'mine/below/drawing.png', drawing())
    return tmp_path / 'mine'


def told(run, *args, **kwargs):
    """Call a function with ``say`` and return its result and what it said."""
    lines: list[str] = []
    return run(*args, **kwargs, say=lines.append), lines


def error_against(clean: np.ndarray, image: np.ndarray) -> float:
    return float(np.sqrt(np.mean((image / 255.0 - clean) ** 2)) * 255)


def test_a_noisy_picture_gains_and_a_drawing_is_left_as_it_was(folder, denoiser):
    originals = {path: path.read_bytes() for path in folder.rglob('*.png')}
    denoised, lines = told(denoise, folder, minutes=0, checkpoint=denoiser)
    assert denoised.output == folder.with_name('mine-denoised')
    assert f'Results go to {denoised.output}; the originals stay as they are.' in lines[0]
    restored = read_image(denoised.output / 'noisy.png')
    before = error_against(smooth_picture(), read_image(folder / 'noisy.png'))
    assert error_against(smooth_picture(), restored) < 0.7 * before
    copied = (denoised.output / 'below/drawing.png').read_bytes()
    assert copied == originals[folder / 'below/drawing.png']
    strengths = {result.name: result.strength for result in denoised.results}
    assert strengths['noisy.png'] > 0.6 and strengths['below/drawing.png'] == 0
    assert any(re.match('Left as it was: .*: below/drawing.png', line) for line in lines)
    assert (denoised.output / 'report.html').is_file()
    assert {path: path.read_bytes() for path in folder.rglob('*.png')} == originals


def test_a_given_strength_is_a_share_of_the_change(folder, denoiser, tmp_path):
    results = {}
    for strength in (0.0, 0.5, 1.0):
        output = tmp_path / f'out{strength}'
        denoise(folder, output=output, minutes=0, strength=strength, checkpoint=denoiser)
        results[strength] = read_image(output / 'noisy.png').astype(float)
    assert np.array_equal(results[0.0], read_image(folder / 'noisy.png'))
    assert np.abs(results[0.5] - (results[0.0] + results[1.0]) / 2).max() <= 1
    assert not np.array_equal(results[0.0], results[1.0])


def test_careful_halves_the_strengths(folder, denoiser, tmp_path):
    both = [
        denoise(folder, output=tmp_path / str(c), minutes=0, careful=c, checkpoint=denoiser)
        for c in (False, True)
    ]
    usual, careful = (done.results[1].strength for done in both)
    assert usual > 0.5 and careful == pytest.approx(usual / 2)


def test_a_picture_keeps_what_it_is(denoiser, tmp_path):
    tags = Image.Exif()
    tags[ExifTags.Base.Make], tags[ExifTags.Base.Orientation] = 'Camera', 6
    alpha = np.arange(96 * 128).reshape(96, 128, 1) % 256
    values = np.dstack([noisy_picture(), alpha.astype(np.uint8)])
    facts = dict(icc_profile=bytes(16) + b'RGB ' + bytes(108), exif=tags, dpi=(300, 300))
    (tmp_path / 'mine').mkdir()
    Image.fromarray(values).save(tmp_path / 'mine/a.png', **facts)
    denoise(tmp_path / 'mine', minutes=0, checkpoint=denoiser)
    with Image.open(tmp_path / 'mine-denoised/a.png') as found:
        pixels = np.asarray(found)
        assert pixels.shape == (128, 96, 4)
        assert np.array_equal(pixels[..., 3], np.rot90(values[..., 3], -1))
        assert found.info['icc_profile'] == facts['icc_profile']
        assert dict(found.getexif()) == {ExifTags.Base.Make: 'Camera', ExifTags.Base.Orientation: 1}


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.float32])
def test_pages_gray_and_depth_are_kept(denoiser, tmp_path, dtype):
    full = 1 if dtype == np.float32 else np.iinfo(dtype).max
    pages = [noisy_picture(seed=seed, channels=1)[..., 0] / 255 for seed in range(2)]
    (tmp_path / 'mine').mkdir()
    stored = np.stack([(page * full).astype(dtype) for page in pages])
    tifffile.imwrite(tmp_path / 'mine/stack.tif', stored, photometric='minisblack')
    done = denoise(tmp_path / 'mine', minutes=0, format='keep', checkpoint=denoiser)
    found = tifffile.imread(tmp_path / 'mine-denoised/stack.tif')
    assert found.dtype == dtype and found.shape == stored.shape
    clean = smooth_picture(channels=1)[..., 0]
    for before, after in zip(stored / full, found / full, strict=True):
        assert np.square(after - clean).mean() < 0.5 * np.square(before - clean).mean()
    assert len(done.results[0].pages) == 2


def test_dark_clipped_equal_and_tiny_pictures(denoiser, tmp_path):
    dark = noisy_picture(sigma=4).astype(int) - 120
    pictures = {
        'dark.png': dark.clip(0, 255).astype(np.uint8),
        'black.png': np.zeros((80, 80, 3), np.uint8),
        'tiny.png': noisy_picture(height=5, width=3),
        **{f'burst{i}.png': noisy_picture(seed=7) for i in range(3)},
    }
    for name, pixels in pictures.items():
        write_image(tmp_path / 'mine' / name, pixels)
    done = denoise(tmp_path / 'mine', steps=2, method='adapted', checkpoint=denoiser)
    found = {result.name: result for result in done.results}
    assert found.keys() == pictures.keys()
    assert found['black.png'].pages[0].reason == 'no change'
    assert all(np.isfinite(page.change) for result in done.results for page in result.pages)
    bursts = [read_image(done.output / f'burst{i}.png') for i in range(3)]
    assert np.array_equal(bursts[0], bursts[1]) and np.array_equal(bursts[0], bursts[2])


def test_damaged_files_are_listed_and_the_rest_goes_on(folder, denoiser, capsys):
    (folder / 'bad.png').write_bytes(b'no image')
    Image.fromarray(noisy_picture()).save(folder / 'cut.jpg', quality=95)
    whole = (folder / 'cut.jpg').read_bytes()
    middle = len(whole) // 2
    (folder / 'cut.jpg').write_bytes(whole[:middle] + b'\xff\xd9' * 40 + whole[middle + 80 :])
    status = exit_status('denoise', folder, '--minutes', 0, '--checkpoint', denoiser)
    printed = capsys.readouterr().out
    assert status == 1
    assert 'bad.png' in printed and 'cut.jpg' in printed and '2 files could not be' in printed
    assert (folder.with_name('mine-denoised') / 'noisy.png').is_file()
    page = (folder.with_name('mine-denoised') / 'report.html').read_text()
    assert 'bad.png' in page and 'cut.jpg' in page


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['--strength', '1.5'], 'strength must be'),
        (['--minutes', '-1'], 'minutes must be 0 or more'),
        (['--strength', '0.5', '--careful'], 'careful halves'),
        (['--output', 'mine'], 'is the folder of the originals'),
        (['--method', 'adapted', '--minutes', '0'], 'give more than 0 minutes'),
        (['--quality', '0'], 'quality must be from 1 to 100'),
        (['--checkpoint', 'none.pth'], 'none.pth'),
    ],
)
def test_mistakes_are_named_in_one_line(folder, monkeypatch, capsys, denoiser, words, message):
    monkeypatch.chdir(folder.parent)
    if '--checkpoint' not in words:
        words = [*words, '--checkpoint', denoiser]
    assert exit_status('denoise', 'mine', *words) == 1
    printed = capsys.readouterr().err
    assert message in printed and len(printed.strip().splitlines()) == 1
    assert not list(folder.parent.glob('*-denoised'))


def test_training_is_used_only_if_it_did_not_lose(folder, denoiser, monkeypatch):
    done, lines = told(denoise, folder, steps=3, checkpoint=denoiser)
    assert any(line.startswith('Adapted the network to the folder: 3 steps') for line in lines)
    assert (done.output / 'denoise_state/adapted.pth').is_file()

    def spoil(network, *args, **kwargs):
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(0.3 * torch.randn_like(parameter))
        return self_train(network, *args, **kwargs)

    from mmrestore.apis.denoising import learn

    self_train = learn.self_train
    monkeypatch.setattr(learn, 'self_train', spoil)
    _, lines = told(denoise, folder, steps=1, checkpoint=denoiser)
    assert 'Training on this folder did not help; the shipped network is used.' in lines


def test_a_second_run_reuses_results_and_what_was_learned(folder, denoiser, tmp_path):
    denoise(folder, steps=3, checkpoint=denoiser)
    output = folder.with_name('mine-denoised')
    first = (output / 'noisy.png').stat().st_mtime_ns
    write_image(folder / 'later.png', noisy_picture(seed=3))
    done, lines = told(denoise, folder, steps=3, resume=True, checkpoint=denoiser)
    assert '2 pictures finished before.' in lines
    assert any('has learned from this folder before: 3 steps' in line for line in lines)
    assert not any(line.startswith('Adapted the network') for line in lines)
    assert (output / 'noisy.png').stat().st_mtime_ns == first
    assert [result.name for result in done.results] == [
        'below/drawing.png',
        'later.png',
        'noisy.png',
    ]
    assert (output / 'report.html').read_text().count('<section>') == 3
    write_image(folder / 'noisy.png', noisy_picture(seed=4))  # changed: restored again
    denoise(folder, steps=3, resume=True, checkpoint=denoiser)
    assert (output / 'noisy.png').stat().st_mtime_ns > first


def test_adapted_weights_are_a_checkpoint(folder, denoiser):
    import mmrestore

    denoise(folder, steps=2, checkpoint=denoiser)
    restorer = mmrestore.load(folder.with_name('mine-denoised') / 'denoise_state/adapted.pth')
    assert restorer(noisy_picture()).shape == noisy_picture().shape


def test_the_same_steps_give_the_same_results(folder, denoiser, tmp_path):
    for name in ('a', 'b'):
        denoise(folder, output=tmp_path / name, steps=3, method='adapted', checkpoint=denoiser)
    a, b = ((tmp_path / name / 'noisy.png').read_bytes() for name in ('a', 'b'))
    assert a == b


def interrupt_at(monkeypatch, module, name: str, call: int, error: BaseException) -> None:
    """Let a function of a module raise an error when it is called for the ``call``-th time."""
    whole, calls = getattr(module, name), []

    def wrapped(*args, **kwargs):
        calls.append(1)
        if len(calls) == call:
            raise error
        return whole(*args, **kwargs)

    monkeypatch.setattr(module, name, wrapped)


def test_ctrl_c_gives_what_there_is_and_resume_goes_on(folder, denoiser, monkeypatch, capsys):
    from mmrestore.apis.denoising import all_files

    words = ('denoise', folder, '--minutes', 0, '--checkpoint', denoiser)
    with monkeypatch.context() as patch:
        interrupt_at(patch, all_files, 'restore_file', 2, KeyboardInterrupt())
        assert exit_status(*words) == 130
    printed = capsys.readouterr().out
    assert 'Stopped by Ctrl-C: 1 of 2 pictures restored and whole; --resume' in printed
    output = folder.with_name('mine-denoised')
    assert [path.name for path in output.rglob('*.png')] == ['drawing.png']
    assert (output / 'report.html').read_text().count('<section>') == 1
    assert exit_status(*words, '--resume') == 0
    assert '1 picture finished before.' in capsys.readouterr().out
    assert (output / 'report.html').read_text().count('<section>') == 2


def test_a_full_disk_is_told_and_what_was_written_is_whole(folder, denoiser, monkeypatch, capsys):
    from mmrestore.apis.denoising import restore
    from mmrestore.files import write_atomically

    def full(path, pictures, *, quality):
        def write(file):
            raise OSError(28, 'No space left on device')

        write_atomically(path, write)

    monkeypatch.setattr(restore, 'write_pictures', full)
    status = exit_status('denoise', folder, '--minutes', 0, '--checkpoint', denoiser)
    printed = capsys.readouterr()
    assert status == 1
    assert 'No space left on device' in printed.err and 'free some space' in printed.err
    assert '1 of 2 pictures restored and whole' in printed.err and '--resume' in printed.err
    output = folder.with_name('mine-denoised')
    assert not list(output.rglob('*.writing')) and not (output / 'noisy.png').exists()


def test_ctrl_c_ends_training_and_pictures_are_restored(folder, denoiser, monkeypatch):
    from mmrestore.apis.denoising import adapt

    interrupt_at(monkeypatch, adapt, '_batch', 3, KeyboardInterrupt())
    done, lines = told(denoise, folder, minutes=1, checkpoint=denoiser)
    assert any('2 steps of self-training' in line and 'ended by Ctrl-C' in line for line in lines)
    assert len(done.results) == 2


def test_the_bilateral_filter_needs_no_training(folder, denoiser):
    done, lines = told(denoise, folder, method='bilateral', checkpoint=denoiser)
    assert any('bilateral filter' in line for line in lines)
    assert not any('adapts' in line for line in lines)
    assert done.results[1].strength > 0.3


def test_one_picture_is_a_folder_too(denoiser, tmp_path):
    write_image(tmp_path / 'night.png', noisy_picture())
    done = denoise(tmp_path / 'night.png', minutes=0, checkpoint=denoiser)
    assert done.output == tmp_path / 'night-denoised' and (done.output / 'night.png').is_file()


def test_the_state_is_plain_json(folder, denoiser):
    done = denoise(folder, minutes=0, checkpoint=denoiser)
    files = list((done.output / 'denoise_state/pictures').glob('*.json'))
    assert len(files) == 2
    for file in files:
        assert re.fullmatch('[0-9a-f]{32}', file.stem)
        assert json.loads(file.read_text())['result']['pages'][0]['strength'] >= 0
