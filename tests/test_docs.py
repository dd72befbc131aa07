"""The pages in docs/: their links lead somewhere, and what they tell to write works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from itertools import dropwhile
from pathlib import Path

import pytest
from image_files import write_images

from mmrestore.commands import build_parser
from mmrestore.datasets.image_file import read_image

REPOSITORY = Path(__file__).parents[1]
PAGES = sorted(
    [*REPOSITORY.glob('*.md'), *REPOSITORY.glob('docs/*.md'), *REPOSITORY.glob('*/*/README.md')]
)


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_lead_to_files(page):
    targets = re.findall(r'\]\(([^)#\s]+)', page.read_text())
    missing = [t for t in targets if '://' not in t and not (page.parent / t).exists()]
    assert not missing


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_to_sections_lead_to_headings(page):
    links = re.findall(r'\]\(([^)#\s]*)#([^)\s]+)\)', page.read_text())
    inner = [(target, section) for target, section in links if '://' not in target]
    missing = [
        link
        for link in inner
        if link[1] not in _anchors((page.parent / link[0]) if link[0] else page)
    ]
    assert not missing


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_commands_can_be_parsed(page):
    parser = build_parser()
    for words in commands_of(page.read_text()):
        try:
            parser.parse_args(words)
        except SystemExit as end:  # --help ends it with 0
            if end.code:
                pytest.fail(f'mmrestore {" ".join(words)}')


def test_the_index_lists_every_page_of_the_folder_once():
    listed = re.findall(r'^- \[.+?\]\((\w+)\.md\)', _read('index.md'), re.MULTILINE)
    pages = {page.stem for page in REPOSITORY.glob('docs/*.md')} - {'index'}
    assert sorted(listed) == sorted(pages)


def commands_of(text: str) -> Iterator[list[str]]:
    """Yield the words of the commands in the bash blocks of a page.

    What may be left out, in brackets, is there; dots that stand for more of the same are not.
    """
    for block in re.findall(r'```bash\n(.*?)```', text, re.DOTALL):
        for line in block.replace('\\\n', ' ').splitlines():
            words = shlex.split(line, comments=True)
            words = list(dropwhile(lambda word: re.match(r'[A-Z_]+=', word), words))
            if words[:1] == ['mmrestore']:
                words = words[1:]
                end = next((i for i, word in enumerate(words) if word in ('>', '|', '&&')), None)
                bare = [re.sub(r'^\[|\]$', '', word) for word in words[:end]]
                yield [word for word in bare if word != '...']


def test_commands_are_found():
    text = """
    ```bash
    X=1 mmrestore train CONFIG [--amp] \\
        [--with NAME ...] > log  # this one
    ```
    """
    (words,) = commands_of(textwrap.dedent(text))
    assert words == ['train', 'CONFIG', '--amp', '--with', 'NAME']
    assert sum(len(list(commands_of(page.read_text()))) for page in PAGES) > 50


def test_the_components_and_the_config_of_the_page_on_extending_train(tmp_path):
    files: dict[str, str] = {}
    for block in re.findall(r'```python\n(.*?)```', _read('extending.md'), re.DOTALL):
        name, code = re.fullmatch(r'# (\S+\.py)\n(.*)', block, re.DOTALL).groups()
        files[name] = files.get(name, '') + code
    assert list(files) == ['my_components.py', 'half_of_the_pixels.py', 'two_convs.py']
    for name, code in files.items():
        (tmp_path / name).write_text(code)
    options = [
        *('train_cfg.max_epochs=3', 'train_cfg.val_interval=3', 'train_dataloader.num_workers=0'),
        *('train_dataloader.sampler.repeat=8', 'train_dataloader.total_batch_size=8'),
    ]
    done = subprocess.run(
        [sys.executable, '-m', 'mmrestore', 'train', 'two_convs.py', '--cfg-options', *options],
        env={
            **os.environ,
            'PYTHONPATH': f'{tmp_path}{os.pathsep}{REPOSITORY}',
            'OMP_NUM_THREADS': '2',
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[-3000:]
    assert 'batch transform part is off from epoch 2, iteration 4' in output
    assert 'embedded/PSNR: ' in output


def test_the_python_example_of_the_page_on_runs(tmp_path, monkeypatch, capsys):
    (code,) = [
        c for c in re.findall(r'```python\n(.*?)```', _read('runs.md'), re.DOTALL) if 'train(' in c
    ]
    monkeypatch.chdir(tmp_path)
    write_images(tmp_path, 'noisy.png', height=40, width=56)
    exec(compile(code, 'runs.md', 'exec'), {})
    assert 10 < float(capsys.readouterr().out.splitlines()[-1]) < 40
    assert read_image('restored/noisy.png').shape == (40, 56, 3)


def _read(page: str) -> str:
    return (REPOSITORY / 'docs' / page).read_text()


def _anchors(page):
    """Return what links to the sections of a page end in: headings in small letters and hyphens."""
    text = re.sub(r'```.*?```', '', page.read_text(), flags=re.DOTALL)
    headings = re.findall(r'^#+ (.+)$', text, re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-') for heading in headings}
