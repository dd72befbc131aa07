"""Restoring arrays and files."""

from __future__ import annotations

import os

import numpy as np
import pytest
import tifffile
import torch
from exit_status import exit_status
from PIL import ExifTags, Image
from tiny_components import tiny_config

from mmrestore.apis import init_restorer, restore, restore_files, restore_picture, write_image
from mmrestore.commands import main
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.image_writer import write_pictures
from mmrestore.datasets.picture import Picture


@pytest.fixture
def identity(tmp_path):
    """A checkpoint of a network that returns its input, and its config."""
    config = tiny_config(tmp_path / 'run')
    restorer = init_restorer(config, device='cpu')
    torch.nn.init.zeros_(restorer.backbone.last.weight)
    torch.nn.init.zeros_(restorer.backbone.last.bias)
    torch.save({'state_dict': restorer.state_dict()}, tmp_path / 'identity.pth')
    config.dump(tmp_path / 'config.py')
    return tmp_path / 'config.py', tmp_path / 'identity.pth'


def picture(dtype=np.uint8, channels: int = 3) -> np.ndarray:
    full_scale = np.iinfo(dtype).max
    return np.random.default_rng(0).integers(0, full_scale, (13, 17, channels)).astype(dtype)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_the_identity_returns_the_image_in_its_type(identity, dtype):
    restorer = init_restorer(*identity, device='cpu')
    assert not restorer.training
    image = picture(dtype)
    assert np.array_equal(restore(restorer, image), image)
    unit = image.astype(np.float32) / np.iinfo(dtype).max
    assert np.allclose(restore(restorer, unit), unit, atol=1e-6)


def test_files_and_folders_keep_their_places(identity, tmp_path):
    names = ['a.png', 'below/b.png']
    for name in names:
        write_image(tmp_path / 'in' / name, picture())
    write_image(tmp_path / 'single.png', picture(np.uint16))
    network = f'--config {identity[0]} --checkpoint {identity[1]} --device cpu'
    options = f'--output {tmp_path}/out --tile 8 --overlap 2 --self-ensemble'
    main(f'restore {tmp_path}/in {tmp_path}/single.png {network} {options}'.split())
    for name in names:
        assert np.array_equal(read_image(tmp_path / 'out' / name), picture())
    assert np.array_equal(read_image(tmp_path / 'out' / 'single.png'), picture(np.uint16))
    assert not list((tmp_path / 'out').rglob('*.writing'))


def test_bad_inputs_are_named_before_anything_is_written(identity, tmp_path):
    restorer = init_restorer(*identity, device='cpu')
    write_image(tmp_path / 'good.png', picture())
    (tmp_path / 'bad.png').write_bytes(b'no image')
    (tmp_path / 'empty').mkdir()
    with pytest.raises(ValueError, match=r'bad.png'):
        restore_files(restorer, [tmp_path / 'good.png', tmp_path / 'bad.png'], tmp_path / 'out')
    with pytest.raises(ValueError, match=r'no image .*empty'):
        restore_files(restorer, [tmp_path / 'empty'], tmp_path / 'out')
    write_image(tmp_path / 'other' / 'good.png', picture())
    with pytest.raises(ValueError, match='would both be written to'):
        restore_files(restorer, [tmp_path / 'good.png', tmp_path / 'other'], tmp_path / 'out')
    assert not (tmp_path / 'out').exists()
    with pytest.raises(ValueError, match=r'good.png would be overwritten'):
        restore_files(restorer, [tmp_path / 'good.png'], tmp_path)


def command(identity, *words: object) -> list[str]:
    network = ['--config', identity[0], '--checkpoint', identity[1], '--device', 'cpu']
    return [str(word) for word in ('restore', *words, *network)]


def test_a_photograph_keeps_what_it_is_and_stands_upright(identity, tmp_path):
    tags = Image.Exif()
    tags[ExifTags.Base.Make], tags[ExifTags.Base.Orientation] = 'Camera', 6
    values = picture(channels=4)
    facts = dict(icc_profile=bytes(16) + b'RGB ' + bytes(108), exif=tags, dpi=(300, 300))
    Image.fromarray(values).save(tmp_path / 'a.png', **facts)
    main(command(identity, tmp_path / 'a.png', '--output', tmp_path / 'out'))
    with Image.open(tmp_path / 'out/a.png') as found:
        assert np.array_equal(np.asarray(found), np.rot90(values, -1))
        assert found.info['icc_profile'] == facts['icc_profile']
        assert found.info['dpi'] == pytest.approx((300, 300), abs=0.02)
        assert dict(found.getexif()) == {ExifTags.Base.Make: 'Camera', ExifTags.Base.Orientation: 1}


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.float32])
def test_gray_stays_gray_and_depth_stays(identity, tmp_path, dtype):
    pages = [Picture(picture(np.uint16, channels=1) >> shift) for shift in (0, 1, 2)]
    full = 1 if dtype == np.float32 else np.iinfo(dtype).max
    pages = [Picture((page.pixels / 65535 * full).astype(dtype)) for page in pages]
    write_pictures(tmp_path / 'stack.tif', pages)
    main(
        command(identity, tmp_path / 'stack.tif', '--format', 'keep', '--output', tmp_path / 'out')
    )
    found = tifffile.imread(tmp_path / 'out/stack.tif')
    assert found.dtype == dtype
    assert np.array_equal(found, [page.pixels[..., 0] for page in pages])


def test_a_network_of_gray_images(tmp_path):
    backbone = dict(type='DnCNN', in_channels=1, channels=4, num_layers=3)
    config = tiny_config(tmp_path)
    config.model.backbone = backbone
    restorer = init_restorer(config, device='cpu')
    profile = bytes(16) + b'RGB ' + bytes(108)
    restored = restore_picture(restorer, Picture(picture(), icc_profile=profile))
    assert restored.pixels.shape == (13, 17, 1) and restored.icc_profile is None


def test_transparency_grows_with_the_picture():
    class Doubled(torch.nn.Module):
        backbone = torch.nn.Identity()

        def forward(self, inputs, mode):
            from mmrestore.structures import DataSample

            large = inputs.repeat_interleave(2, -1).repeat_interleave(2, -2)
            return [DataSample(pred_img=large[0])]

    for dtype in (np.uint8, np.uint16, np.float32):
        alpha = np.zeros((6, 8), dtype)
        alpha[:, 4:] = 1 if dtype == np.float32 else np.iinfo(dtype).max
        restored = restore_picture(Doubled(), Picture(np.zeros((6, 8, 3), dtype), alpha))
        assert restored.alpha.shape == restored.pixels.shape[:2] == (12, 16)
        assert restored.alpha.dtype == dtype
        assert (restored.alpha[:, :6] == 0).all() and (restored.alpha[:, 10:] == alpha.max()).all()


def test_stacks_become_numbered_files_of_other_formats(identity, tmp_path):
    pages = [Picture(picture() // number) for number in (1, 2, 3)]
    write_pictures(tmp_path / 'stack.tif', pages)
    main(command(identity, tmp_path / 'stack.tif', '--output', tmp_path / 'out'))
    for number, page in enumerate(pages, 1):
        assert np.array_equal(read_image(tmp_path / f'out/stack_{number}.png'), page.pixels)
    write_image(tmp_path / 'stack_2.png', picture())
    words = (tmp_path / 'stack.tif', tmp_path / 'stack_2.png', '--output', tmp_path / 'new')
    assert exit_status(*command(identity, *words)) == 1
    assert not (tmp_path / 'new').exists()


def test_what_a_format_does_not_keep_is_told(identity, tmp_path, capsys):
    for name in 'abc':
        alpha = picture(np.uint16, channels=1)[..., 0]
        write_pictures(tmp_path / f'in/{name}.png', [Picture(picture(np.uint16), alpha)])
    words = (tmp_path / 'in', '--output', tmp_path / 'out', '--format', 'jpg', '--quality', 90)
    main(command(identity, *words))
    said = capsys.readouterr().out
    assert 'the format does not keep: transparency' in said
    assert 'the format does not keep: 16 bit (written in 8 bit)' in said and 'and 2 more' in said
    with Image.open(tmp_path / 'out/b.jpg') as found:
        assert (found.format, found.mode, found.size) == ('JPEG', 'RGB', (17, 13))
    wrong = (tmp_path / 'in', '--output', tmp_path / 'new', '--quality')
    assert exit_status(*command(identity, *wrong, 90)) == 1
    assert '--quality applies only to JPEG' in capsys.readouterr().err
    assert exit_status(*command(identity, *wrong, 101, '--format', 'jpg')) == 1
    assert 'from 1 to 100' in capsys.readouterr().err


def damaged_folder(folder):
    write_image(folder / '0.png', picture())
    write_image(folder / '2.png', picture())
    whole = (folder / '2.png').read_bytes()
    (folder / '1.png').write_bytes(whole[: len(whole) // 2])
    for name in ('photo.CR2', 'photo.heic', 'notes.txt', '.hidden'):
        (folder / name).write_bytes(b'?')
    return folder


def test_a_damaged_file_does_not_stop_the_others(identity, tmp_path, capsys):
    folder = damaged_folder(tmp_path / 'in')
    assert exit_status(*command(identity, folder, '--output', tmp_path / 'out')) == 1
    assert sorted(os.listdir(tmp_path / 'out')) == ['0.png', '2.png']
    output = capsys.readouterr()
    assert '2 images written to' in output.out
    assert '3 files are left out' in output.out and 'RAW' in output.out and 'HEIC' in output.out
    assert output.err.count(f'{folder}/1.png: its end is missing') == 2, 'at once and at the end'


def test_nothing_to_restore_is_told_before_the_network_is_loaded(tmp_path, capsys, monkeypatch):
    def loaded(*words, **options):
        raise AssertionError('the network was loaded')

    monkeypatch.setattr('mmrestore.apis.init_restorer', loaded)
    (tmp_path / 'weights.pth').touch()
    for name in ('photo.CR2', 'photo.heic'):
        (tmp_path / name).write_bytes(b'?')
    words = [tmp_path / 'photo.CR2', tmp_path / 'photo.heic', '--output', tmp_path / 'out']
    network = ['--config', 'traps/quickstart', '--checkpoint', tmp_path / 'weights.pth']
    assert exit_status(*map(str, ['restore', *words, *network])) == 1
    said = capsys.readouterr().err
    assert 'photo.CR2: it is a RAW' in said and 'photo.heic: it is a HEIC' in said
    assert 'would both be written' not in said


def test_damage_within_a_jpeg_is_found(identity, tmp_path, capsys):
    smooth = np.kron(picture()[:8, :8], np.ones((16, 16, 1), np.uint8))
    (tmp_path / 'in').mkdir()
    for name in 'ab':
        Image.fromarray(smooth).save(tmp_path / f'in/{name}.jpg', quality=95)
    encoded = bytearray((tmp_path / 'in/a.jpg').read_bytes())
    middle = len(encoded) * 2 // 3
    encoded[middle : middle + 40] = bytes([0x5A]) * 40
    (tmp_path / 'in/a.jpg').write_bytes(encoded)
    assert exit_status(*command(identity, tmp_path / 'in', '--output', tmp_path / 'out')) == 1
    assert os.listdir(tmp_path / 'out') == ['b.png']
    assert 'a.jpg' in capsys.readouterr().err


def test_names_of_any_bytes_and_length(identity, tmp_path, capsys):
    names = [b't\xe9.png', b'a\nb.png', b'x' * 251 + b'.png', 'e\u0301.png'.encode()]
    names += ['\u00e9.png'.encode(), b'A.png', b'a.png']
    for number, name in enumerate(names):
        write_image(tmp_path / 'in' / os.fsdecode(name), picture() // (number + 1))
    main(command(identity, tmp_path / 'in', '--output', tmp_path / 'out'))
    assert sorted(os.listdir(os.fsencode(tmp_path / 'out'))) == sorted(names)
    for number, name in enumerate(names):
        found = read_image(tmp_path / 'out' / os.fsdecode(name))
        assert np.array_equal(found, picture() // (number + 1))
    output = tmp_path / os.fsdecode(b'\xff\n')
    main(command(identity, tmp_path / 'in/a.png', '--output', output))
    assert capsys.readouterr().out.endswith('1 image written to ' + f'{tmp_path}/\\xff\\n\n')


def test_a_file_that_is_given_twice_is_restored_once(identity, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / 'a.png', picture())
    restorer = init_restorer(*identity, device='cpu')
    given = ['a.png', './a.png', tmp_path / 'a.png', tmp_path]
    (tmp_path / 'identity.pth').rename(tmp_path / 'identity.txt')
    assert restore_files(restorer, given, tmp_path / 'out') == [tmp_path / 'out/a.png']


def test_the_format_is_kept_whatever_the_ending(identity, tmp_path):
    write_image(tmp_path / 'a.jpg', picture())
    (tmp_path / 'a.jpg').rename(tmp_path / 'a.jfif')
    restorer = init_restorer(*identity, device='cpu')
    written = restore_files(restorer, [tmp_path / 'a.jfif'], tmp_path / 'out', format='keep')
    assert written == [tmp_path / 'out/a.jpg']


def test_results_inside_of_the_input_are_not_restored_again(identity, tmp_path):
    write_image(tmp_path / 'in/a.png', picture())
    for _ in range(2):
        main(command(identity, tmp_path / 'in', '--output', tmp_path / 'in/restored'))
    assert sorted(p.name for p in (tmp_path / 'in').rglob('*')) == ['a.png', 'a.png', 'restored']


def test_files_that_cannot_be_written_stop_it_with_advice(identity, tmp_path, capsys):
    for name in '01':
        write_image(tmp_path / f'in/{name}.png', picture())
    (tmp_path / 'out/1.png').mkdir(parents=True)
    assert exit_status(*command(identity, tmp_path / 'in', '--output', tmp_path / 'out')) == 1
    said = capsys.readouterr().err
    assert '1.png could not be written: Is a directory' in said
    assert 'The 1 files written before are whole' in said and '--resume' not in said
    assert sorted(os.listdir(tmp_path / 'out')) == ['0.png', '1.png']


@pytest.mark.parametrize('device', ['tpu', 'cuda:99', ''])
def test_devices_that_are_not_there(identity, tmp_path, capsys, device):
    words = command(identity, tmp_path, '--output', tmp_path / 'out')
    words[words.index('cpu')] = device
    assert exit_status(*words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f'there is no device {device}: expected cpu' in line


def test_a_config_is_not_changed_by_its_use(tmp_path):
    config = tiny_config(tmp_path)
    for _ in range(2):
        parts = dict(self_ensemble=dict(type='SelfEnsemble'))
        restorer = init_restorer(config, device='cpu', inference=parts)
        assert restorer.predictor.net is restorer.backbone


def test_given_decorators_are_around_those_of_the_config(tmp_path):
    config = tiny_config(tmp_path, model__inference=dict(pad=dict(type='Pad')))
    more = dict(mean=dict(type='MeanOfRuns', num_runs=2))
    tile = dict(type='Tile', size=8, overlap=2)
    predictor = init_restorer(config, device='cpu', inference=more, tile=tile).predictor
    names = [type(part).__name__ for part in (predictor, predictor.net, predictor.net.net)]
    assert names == ['MeanOfRuns', 'Tile', 'Pad']
    bare = init_restorer(config, device='cpu', inference=dict(pad=None))
    assert bare.predictor is bare.backbone
    config.model.inference = [dict(type='Pad')]  # the form of earlier versions
    with pytest.warns(FutureWarning, match='inference='):
        old = init_restorer(config, device='cpu', inference=[dict(type='Pad', margin=1)]).predictor
    assert (old.margin, old.net.margin) == (1, 0)


def test_a_missing_checkpoint_and_one_of_another_network_are_named(identity, tmp_path):
    with pytest.raises(FileNotFoundError, match=r'there is no checkpoint file .*nowhere.pth'):
        init_restorer(identity[0], tmp_path / 'nowhere.pth')
    with pytest.raises(ValueError, match=r'does not fit TinyNet .*first.weight \(4, 3, 3, 3\)'):
        init_restorer(*identity, overrides={'model.backbone.width': 5})
    (tmp_path / 'broken.pth').write_bytes(identity[1].read_bytes()[:-50])
    with pytest.raises(ValueError, match=r'broken.pth cannot be read as weights'):
        init_restorer(identity[0], tmp_path / 'broken.pth')


def test_the_type_in_which_the_network_computes(tmp_path):
    config = tiny_config(tmp_path / 'run')
    torch.manual_seed(0)
    torch.save({'state_dict': init_restorer(config).state_dict()}, tmp_path / 'net.pth')
    config.dump(tmp_path / 'config.py')
    write_image(tmp_path / 'in.png', picture())
    found = {}
    for dtype in ('float32', 'bfloat16'):
        network = (tmp_path / 'config.py', tmp_path / 'net.pth')
        words = (tmp_path / 'in.png', '--output', tmp_path / dtype, '--dtype', dtype)
        main(command(network, *words))
        found[dtype] = read_image(tmp_path / dtype / 'in.png').astype(int)
    difference = np.abs(found['float32'] - found['bfloat16'])
    assert difference.max() > 0 and difference.mean() < 2
