"""SIDD Medium: its noisy photographs in tiles."""

import shutil
import zipfile

import numpy as np
import pytest
from image_files import random_image, write_image

from mmrestore.commands import main
from mmrestore.datasets import ImageFolder
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.prepare import cut_sidd_medium

SCENES = ('0001_001_S6_00100_00060_3200_L', '0002_001_S6_00100_00020_3200_N')


@pytest.fixture
def source(tmp_path):
    """Two scenes with two photographs of 20 x 26 each, and clean ones that cannot be read."""
    folder = tmp_path / 'SIDD_Medium_Srgb'
    for number, scene in enumerate(SCENES, start=1):
        for k in ('010', '011'):
            name = f'Data/{scene}/000{number}_{{}}_SRGB_{k}.PNG'
            image = random_image(20, 26, seed=10 * number + int(k))
            write_image(folder / name.format('NOISY'), image)
            (folder / name.format('GT')).write_text('not an image')
    return folder


def prepare(source, root, **options):
    lines = []
    options = {'num_images': 4, 'size': 8, 'overlap': 2, **options}
    return cut_sidd_medium(source, root, report=lines.append, **options), lines


@pytest.mark.parametrize('packed', [False, True])
def test_tiles(source, tmp_path, packed):
    if packed:
        with zipfile.ZipFile(tmp_path / 'SIDD.zip', 'w') as archive:
            for path in sorted(source.rglob('*.PNG')):
                archive.write(path, path.relative_to(tmp_path))
        first = read_image(source / f'Data/{SCENES[0]}/0001_NOISY_SRGB_010.PNG')
        shutil.rmtree(source)
    else:
        first = read_image(source / f'Data/{SCENES[0]}/0001_NOISY_SRGB_010.PNG')
    root = tmp_path / 'data'
    num, lines = prepare(tmp_path / 'SIDD.zip' if packed else source, root)
    folder = root / 'SIDD_Medium/noisy_tiles'
    assert num == 4 * 3 * 4  # rows 0 6 12, columns 0 6 12 18
    assert lines == [f'{folder}: 48 tiles of 4 photographs']
    np.testing.assert_array_equal(read_image(folder / f'{SCENES[0]}_010_s001.png'), first[:8, :8])
    np.testing.assert_array_equal(
        read_image(folder / f'{SCENES[0]}_010_s012.png'), first[12:20, 18:26]
    )
    assert len(ImageFolder(folder, pipeline=[])) == 48
    assert prepare('nowhere', root)[0] == 48  # nothing is read again


def test_wrong_sources_leave_nothing_behind(source, tmp_path):
    root = tmp_path / 'data'
    with pytest.raises(ValueError, match=r'contains 4 photographs .*expected 320 of them'):
        prepare(source, root, num_images=320)
    with pytest.raises(ValueError, match='is 26x20, smaller than a tile of 21'):
        prepare(source, root, size=21)
    with pytest.raises(ValueError, match='overlap must be at least 0 and below size=8, got 8'):
        prepare(source, root, overlap=8)
    (tmp_path / 'empty').mkdir()
    with pytest.raises(ValueError, match='contains 0 photographs'):
        prepare(tmp_path / 'empty', root)
    (source / f'Data/{SCENES[1]}/0002_NOISY_SRGB_011.PNG').write_bytes(b'x')
    with pytest.raises(ValueError, match=r'0002_NOISY_SRGB_011\.PNG: it is not an image'):
        prepare(source, root)
    assert not list(root.rglob('*.png'))


def test_the_command(source, tmp_path, capsys):
    command = [
        'data',
        'prepare',
        'sidd-medium',
        '--source',
        str(source),
        '--root',
        str(tmp_path / 'data'),
    ]
    command += ['--size', '10', '--overlap', '0']
    with pytest.raises(SystemExit):
        main(command)
    assert 'expected 320 of them' in capsys.readouterr().err
    main([*command, '--part'])
    assert '24 tiles of 4 photographs' in capsys.readouterr().out
