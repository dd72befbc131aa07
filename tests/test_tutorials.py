"""The blocks of the tutorials run in their order, shortened, on photographs of scikit-image."""

from __future__ import annotations

import json
import re
import shlex
import sys
from importlib import import_module
from pathlib import Path

import pytest
from image_files import write_images

from mmrestore.commands import main
from mmrestore.datasets.image_file import read_image
from mmrestore.registry import BATCH_TRANSFORMS

DOCS = Path(__file__).parents[1] / 'docs'
SHORT = [  # settings that shorten a training: a step an epoch, of a narrower network
    *('train_dataloader.sampler.repeat=1', 'train_dataloader.total_batch_size=3'),
    *('train_dataloader.num_workers=0', 'train_cfg.val_interval=20', 'model.backbone.channels=4'),
    'default_hooks.checkpoint.interval=20',
]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def blocks_of(page: str) -> list[tuple[str, str]]:
    """Return the languages and texts of the blocks of code of a page."""
    return re.findall(r'^```(\w+)\n(.*?)^```', (DOCS / page).read_text(), re.DOTALL | re.MULTILINE)


def written(language: str, text: str) -> bool:
    """Write a block whose first line names its file."""
    name = re.match(r'# (\S+\.\w+)\n', text)
    if name:
        file = Path(name[1])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return bool(name)


def run_blocks(page: str, *, skip: tuple[str, ...] = ()) -> dict[str, object]:
    """Run the commands and the code of a page, trainings shortened; return the variables."""
    variables: dict[str, object] = {}
    for language, text in blocks_of(page):
        if written(language, text):
            continue
        if language == 'python':
            exec(compile(text, page, 'exec'), variables)
        for line in text.splitlines() if language == 'bash' else ():
            words = shlex.split(line, comments=True)
            if words[0] != 'mmrestore' or line in skip:
                continue
            if words[1] == 'train':
                given = words.index('--cfg-options') if '--cfg-options' in words else len(words)
                words[given:] = ['--cfg-options', *SHORT, *words[given + 1 :]]
            main(words[1:])
    return variables


def test_first_training(folder, capsys):
    run_blocks(
        'tutorial_training.md',
        skip=(
            'mmrestore train traps/quickstart --work-dir work_dirs/wider --cfg-options '
            'model.backbone.channels=24',
        ),
    )
    noisy, restored = re.findall(
        r'noisy ([\d.]+) dB, restored ([\d.]+) dB', capsys.readouterr().out
    )[0]
    assert float(noisy) == pytest.approx(14.6, abs=0.5)
    assert float(restored) > float(noisy) + 0.1  # after 20 steps of a tiny network
    assert read_image('restored/noisy.png').shape == (300, 451, 3)
    assert Path('measured/images.csv').exists()


def test_denoising_photographs(folder, capsys):
    run_blocks('tutorial_denoising.md')
    noisy, denoised = map(float, re.findall(r'clean/PSNR +([\d.]+)', capsys.readouterr().out))
    assert denoised > noisy + 3
    assert Path('photographs-denoised/report.html').exists()


def test_comparing_two_strategies(folder):
    ((_, text),) = [b for b in blocks_of('tutorial_comparing.md') if b[0] == 'python']
    short = ', '.join(
        f"'{k}': {v}" for k, v in (s.split('=') for s in SHORT if 'interval' not in s)
    )
    text = text.replace("{'train_cfg", f"{{{short}, 'train_cfg").replace('[0, 1]', '[0]')
    Path('two_strategies.py').write_text(text)
    main(['compare', 'two_strategies.py'])
    results = Path('work_dirs/experiments/two_strategies')
    assert (results / 'report.html').exists()
    assert {'plain', 'traps'} <= {*re.findall(r'\w+', (results / 'results.md').read_text())}
    assert json.loads((results / 'results.json').read_text())


def test_writing_a_plugin(folder):
    for language, text in blocks_of('tutorial_plugin.md'):
        written(language, text)
    import_module('exposure_plugin')  # as its entry point does
    try:
        tests = import_module('test_exposure_plugin')
        for name in [name for name in vars(tests) if name.startswith('test_')]:
            vars(tests)[name]()
        command = 'train supervised/quickstart --with exposure_plugin::exposure --cfg-options'
        main([*command.split(), *SHORT, 'train_cfg.max_epochs=2', 'train_cfg.val_interval=2'])
    finally:
        BATCH_TRANSFORMS.module_dict.pop('RandomExposure')
        for name in ('exposure_plugin', 'test_exposure_plugin'):
            sys.modules.pop(name, None)
    assert (
        'RandomExposure'
        in Path('work_dirs/supervised/quickstart+exposure/quickstart.py').read_text()
    )


def test_training_on_own_pairs(folder, capsys):
    for split in ('train', 'valid'):
        write_images(folder / 'mine' / split / 'input', 'a.png', 'b.png', height=96, width=112)
        write_images(folder / 'mine' / split / 'target', 'a.png', 'b.png', height=96, width=112)
    ((_, text),) = [block for block in blocks_of('own_pairs.md') if block[0] == 'python']
    assert written('python', text)
    short = [s for s in SHORT if 'val_interval' not in s and 'batch_size' not in s]
    more = ['train_cfg.max_epochs=1', 'train_cfg.val_interval=1']
    main(
        [
            'train',
            'my_pairs.py',
            '--cfg-options',
            *short,
            *more,
            'train_dataloader.total_batch_size=2',
        ]
    )
    assert 'mine/PSNR_of_input' in capsys.readouterr().out
