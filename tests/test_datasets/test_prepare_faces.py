"""Face crops: exactly the pixels of the frames, no two alike, parts that share no video."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from image_files import random_image, write_image
from skimage import data

from mmrestore.commands import main
from mmrestore.config import open_config
from mmrestore.datasets import ImageFolder, SampleKey
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.prepare import cascade_detector, crop_faces, listed_faces
from mmrestore.datasets.prepare.faces import divide, find_files, read_frames
from mmrestore.registry import DATASETS

CONFIGS = Path(__file__).parents[2] / 'configs/_base_/datasets'
HEADER = 'file,frame,left,top,width,height\n'


def face(size: int) -> np.ndarray:
    """A portrait whose face the detector finds to be of about ``size`` pixels."""
    scale = size / 93
    return cv2.resize(data.astronaut(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def write_video(path: Path, frames: list[np.ndarray]) -> None:
    height, width = frames[0].shape[:2]
    path.parent.mkdir(parents=True, exist_ok=True)
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 25, (width, height))
    if not video.isOpened():
        pytest.skip('the installed OpenCV writes no MJPG')
    for frame in frames:
        video.write(np.ascontiguousarray(frame[..., ::-1]))
    video.release()


def crop(source: Path, target: Path, **options):
    lines: list[str] = []
    return crop_faces(source, target, report=lines.append, **options), lines


def test_the_crops_are_the_pixels_of_the_pictures(tmp_path):
    """Faces of 60 and 30 pixels in two pictures, none in a third."""
    large, small = face(60)[:150, 60:240], face(30)[:80, 20:130]
    write_image(tmp_path / 'in/large.png', large)
    write_image(tmp_path / 'in/sub/small.png', small)
    write_image(tmp_path / 'in/none.png', random_image(90, 120))
    numbers, lines = crop(tmp_path / 'in', tmp_path / 'faces', sizes=(60, 30))
    assert numbers == {60: 1, 30: 1}
    assert lines[-1] == f'{tmp_path / "faces"}: 1 crops of 60, 1 crops of 30'
    assert 'none.png: 0 crops of 60' in lines and 'large.png: 1 crops of 60' in lines
    for size, name, picture in ((60, 'large.png', large), (30, 'sub/small.png', small)):
        found = read_image(tmp_path / f'faces/{size}/{name}/000000_0.png')
        assert found.shape == (size, size, 3)
        difference = cv2.matchTemplate(picture, found, cv2.TM_SQDIFF)
        top, left = np.unravel_index(difference.argmin(), difference.shape)
        np.testing.assert_array_equal(picture[top : top + size, left : left + size], found)
        middle = (left + size / 2 + (60 if size == 60 else 20)) * 93 / size
        assert abs(middle - 223) < 12 and abs((top + size / 2) * 93 / size - 115) < 12


def boxes_file(path: Path, *rows: str) -> Path:
    path.write_text(HEADER + ''.join(f'{row}\n' for row in rows))
    return path


def test_boxes_of_another_detector(tmp_path):
    image = write_image(tmp_path / 'in/a.png', random_image(50, 60))
    boxes = boxes_file(
        tmp_path / 'boxes.csv',
        'a.png,0,11,13,21,19',  # 20 in the mean: middle (21.5, 22.5)
        'a.png,0,11,13,30,30',  # too large
        'a.png,0,-1,13,20,20',  # beyond the frame
        'a.png,0,41,30,20,20',  # likewise
        'a.png,0,40,30,20,20',  # flush with the corner
        'a.png,1,5,5,20,20',  # there is no such frame
        'b.png,0,5,5,20,20',
    )
    detect = listed_faces(boxes)
    assert crop(tmp_path / 'in', tmp_path / 'out', sizes=[20], detect=detect)[0] == {20: 2}
    first, second = (read_image(tmp_path / f'out/20/a.png/000000_{i}.png') for i in range(2))
    np.testing.assert_array_equal(first, image[12:32, 12:32])
    np.testing.assert_array_equal(second, image[30:50, 40:60])


def test_videos(tmp_path):
    """Of 11 frames every third; of those 3 and 6 are alike, and 9 differs again."""
    frames = [np.full((48, 64, 3), 20 * min(i, 3 if i < 8 else i), np.uint8) for i in range(11)]
    write_video(tmp_path / 'in/clip.avi', frames)
    read = dict(read_frames(tmp_path / 'in/clip.avi', 3))
    assert list(read) == [0, 3, 6, 9]
    assert np.abs(read[9].astype(int) - 180).max() <= 3
    boxes = boxes_file(tmp_path / 'b.csv', *(f'clip.avi,{i},20,10,20,20' for i in range(11)))
    options = {'sizes': [20], 'frame_step': 3, 'detect': listed_faces(boxes)}
    assert crop(tmp_path / 'in', tmp_path / 'out', **options)[0] == {20: 3}
    names = sorted(path.name for path in (tmp_path / 'out/20/clip.avi').iterdir())
    assert names == ['000000_0.png', '000003_0.png', '000009_0.png']
    all_of_them = crop(tmp_path / 'in', tmp_path / 'all', **options, least_change=0)[0]
    assert all_of_them == {20: 4}


def test_slow_changes_add_up(tmp_path):
    frames = [np.full((24, 24, 3), 100 + i, np.uint8) for i in range(6)]
    write_video(tmp_path / 'in/clip.avi', frames)
    decoded = dict(read_frames(tmp_path / 'in/clip.avi', 1))
    assert decoded[5].mean() - decoded[0].mean() > 4
    boxes = boxes_file(tmp_path / 'b.csv', *(f'clip.avi,{i},2,2,20,20' for i in range(6)))
    options = {'sizes': [20], 'frame_step': 1, 'detect': listed_faces(boxes)}
    assert crop(tmp_path / 'in', tmp_path / 'out', **options, least_change=4.0)[0] == {20: 2}


def test_parts_share_no_file(tmp_path):
    rows = []
    for name, count in {'a.png': 9, 'b.png': 2, 'c.png': 2, 'd.png': 1, 'e.png': 0}.items():
        write_image(tmp_path / f'in/{name}', random_image(40, 60, seed=ord(name[0])))
        rows += [f'{name},0,{4 * i},{i},20,20' for i in range(count)]
    rows.append('b.png,0,1,1,12,12')
    options = {'sizes': [20, 12], 'detect': listed_faces(boxes_file(tmp_path / 'b.csv', *rows))}
    assert crop(tmp_path / 'in', tmp_path / 'out', **options)[0] == {20: 14, 12: 1}
    lists = {path.name: path.read_text().split() for path in (tmp_path / 'out').glob('*.txt')}
    assert sorted(lists) == ['12_val.txt', '20_test.txt', '20_train.txt', '20_val.txt']
    assert [len(lists[f'20_{part}.txt']) for part in ('train', 'val', 'test')] == [9, 2, 3]
    assert {line.split('/')[0] for line in lists['20_test.txt']} == {'c.png', 'd.png'}
    for name, lines in lists.items():
        root, list_file = tmp_path / 'out' / name.split('_')[0], tmp_path / 'out' / name
        assert len(ImageFolder(root, pipeline=[], list_file=list_file)) == len(lines)


def test_shares():
    numbers = {str(i): 10 for i in range(60)}
    assert [len(members) for members in divide(numbers).values()] == [40, 10, 10]
    assert divide({'a': 3}) == {'train': ['a'], 'val': [], 'test': []}


def test_nothing_is_left_behind(tmp_path):
    with pytest.raises(ValueError, match='found no video or picture in or below'):
        find_files(tmp_path)
    write_image(tmp_path / 'in/a.png', random_image(40, 40))
    with pytest.raises(ValueError, match='found no face of 120 or 30 pixels in the 1 files'):
        crop(tmp_path / 'in', tmp_path / 'out')
    (tmp_path / 'in/b.avi').write_bytes(b'no video')
    with pytest.raises(ValueError, match=r'cannot decode .*b\.avi'):
        crop(tmp_path / 'in', tmp_path / 'out')
    (tmp_path / 'in/b.avi').unlink()
    write_image(tmp_path / 'in/b.png', random_image(40, 40, dtype=np.uint16))
    with pytest.raises(ValueError, match='a picture of 8 bit, got uint16'):
        crop(tmp_path / 'in', tmp_path / 'out')
    assert [path.name for path in tmp_path.iterdir()] == ['in']
    for options in ({'sizes': []}, {'sizes': [0]}, {'frame_step': 0}, {'tolerance': 1.0}):
        with pytest.raises(ValueError, match='expected positive sizes'):
            crop(tmp_path / 'in', tmp_path / 'out', **options)


def test_a_folder_that_is_there_stays(tmp_path):
    write_image(tmp_path / 'in/a.png', random_image(40, 40))
    write_image(tmp_path / 'out/mine.png', random_image(4, 4))
    with pytest.raises(FileExistsError, match='is not overwritten'):
        crop(tmp_path / 'in', tmp_path / 'out')
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['mine.png']


@pytest.mark.parametrize('content', [None, 'file,frame\na.png,0\n', f'{HEADER}a.png,0,1,2,x,4\n'])
def test_wrong_files_of_boxes(tmp_path, content):
    if content is not None:
        (tmp_path / 'boxes.csv').write_text(content)
    with pytest.raises(ValueError, match='CSV file with the columns file, frame, left, top'):
        listed_faces(tmp_path / 'boxes.csv')


def test_the_detector_is_not_fooled_by_what_is_no_face():
    """The package has 100 faces and 100 other cut-outs, gray and of 25 x 25 pixels."""
    detect = cascade_detector()
    cut_outs = np.load(Path(data.__file__).parent / 'lfw_subset.npy')
    found = []
    for cut_out in [*cut_outs[:20], *cut_outs[100:120]]:
        picture = cv2.resize((cut_out * 255).astype(np.uint8), (40, 40))
        picture = np.pad(picture, 20, mode='edge')[..., None].repeat(3, axis=-1)
        found.append(bool(detect('', 0, picture, 24, 40)))
    assert sum(found[:20]) >= 15 and not any(found[20:])


def test_the_command_and_its_data_in_the_config(tmp_path, monkeypatch, capsys):
    for i, name in enumerate(('a.png', 'b.png', 'c.png')):
        write_image(tmp_path / f'in/{name}', random_image(130, 140, seed=i))
    sizes = [(120, 5), (30, 40)]
    rows = [f'{n}.png,0,{left},2,{size},{size}' for n in 'abc' for size, left in sizes]
    boxes = boxes_file(tmp_path / 'boxes.csv', *rows)
    command = ['data', 'faces', '--source', str(tmp_path / 'in'), '--boxes', str(boxes)]
    monkeypatch.chdir(tmp_path)
    main(command)
    assert 'data/faces: 3 crops of 120, 3 crops of 30' in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(command)
    assert 'is not overwritten' in capsys.readouterr().err
    config = open_config(CONFIGS / 'super_resolution_faces.py')
    sample = DATASETS.build(config.train_dataloader.dataset)[SampleKey(0, 0, 0)]
    assert sample['inputs'].shape == (3, 120, 120)
    for loader in (config.val_dataloader, config.test_dataloader):
        sample = DATASETS.build(loader.dataset)[0]
        assert sample['inputs'].shape == (3, 30, 30)
        assert sample['data_samples'].gt_img.shape == (3, 120, 120)
