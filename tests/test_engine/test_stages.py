"""Trainings that follow each other."""

from __future__ import annotations

import warnings

import pytest
import torch
from tiny_components import TinyNet, tiny_config

from mmrestore.apis import train
from mmrestore.commands import main
from mmrestore.config import open_config
from mmrestore.datasets import ImageFolder
from mmrestore.engine.stages import Stage, passed_checkpoint, read_stages, try_later
from mmrestore.registry import MODELS

STAGES = """
stages = dict(
    first=dict(config='first.py'),
    second=dict(config='parts/second.py', takes=dict(first='load_from')),
)
"""


@MODELS.register_module()
class NetOfFile(TinyNet):
    """A network that reads a checkpoint when it is built."""

    def __init__(self, file: str) -> None:
        super().__init__()
        torch.load(file)


@pytest.fixture
def folder(tmp_path):
    """Two configs, the second of which learns nothing, and one that joins them."""
    (tmp_path / 'parts').mkdir()
    for path, rate in (('first.py', 1e-2), ('parts/second.py', 0.0)):
        config = tiny_config(tmp_path, train_cfg__max_epochs=1)
        config.work_dir = None
        config.custom_hooks = []
        config.optim_wrapper.optimizer.lr = rate
        config.experiment_name = f'{path} of {tmp_path.name}'
        text = '\n'.join(f'{key} = {value!r}' for key, value in config.to_dict().items())
        (tmp_path / path).write_text(text)
    (tmp_path / 'both.py').write_text(STAGES)
    return tmp_path


def weights(path):
    return torch.load(path, weights_only=True)['state_dict']


def test_the_second_begins_with_what_the_first_made(folder):
    words = ['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run')]
    main([*words, '--cfg-options', 'first.train_cfg.max_epochs=2'])
    first = weights(folder / 'run' / 'first' / 'epoch_2.pth')
    second = weights(folder / 'run' / 'second' / 'epoch_1.pth')
    assert all(torch.equal(second[name], value) for name, value in first.items())


def test_a_checkpoint_can_fill_several_settings(folder):
    (folder / 'both.py').write_text(STAGES.replace("'load_from'", "['load_from', 'teacher']"))
    second = folder / 'parts' / 'second.py'
    second.write_text(f'{second.read_text()}\nteacher = None\n')
    main(['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run')])
    first = str(folder / 'run' / 'first' / 'epoch_1.pth')
    written = open_config(folder / 'run' / 'second' / 'second.py')
    assert (written.load_from, written.teacher) == (first, first)


def test_a_stage_that_resume_begins_takes_its_checkpoint_too(folder):
    main(['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run'), '--resume'])
    first = weights(folder / 'run' / 'first' / 'epoch_1.pth')
    second = weights(folder / 'run' / 'second' / 'epoch_1.pth')
    assert all(torch.equal(second[name], value) for name, value in first.items())


def test_a_stage_passes_its_best_checkpoint_on(folder):
    both = folder / 'both.py'
    both.write_text(STAGES.replace("config='first.py'", "config='first.py', passes='best'"))
    words = ['train', str(both), '--work-dir', str(folder / 'run'), '--cfg-options']
    main([*words, 'first.train_cfg.max_epochs=3', 'first.optim_wrapper.optimizer.lr=0.3'])
    (best,) = (folder / 'run' / 'first').glob('best_*.pth')
    second = weights(folder / 'run' / 'second' / 'epoch_1.pth')
    assert all(torch.equal(second[name], value) for name, value in weights(best).items())


def test_a_stage_without_a_best_checkpoint_says_so(tmp_path):
    stage = Stage(tmp_path, {}, None, 'best')
    with pytest.raises(FileNotFoundError, match=r'holds no best checkpoint: set .*save_best'):
        passed_checkpoint(stage, tmp_path)


def test_a_finished_stage_is_not_trained_again(folder, caplog):
    words = ['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run')]
    main(words)
    written = (folder / 'run' / 'first' / 'epoch_1.pth').stat().st_mtime_ns
    (folder / 'run' / 'second' / 'epoch_1.pth').unlink()
    main([*words, '--resume'])
    assert (folder / 'run' / 'first' / 'epoch_1.pth').stat().st_mtime_ns == written
    assert (folder / 'run' / 'second' / 'epoch_1.pth').is_file()
    with pytest.raises(SystemExit):
        main([*words, '--resume', str(folder / 'run' / 'first' / 'epoch_1.pth')])


def test_a_stage_that_takes_something_newer_warns(folder):
    words = ['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run'), '--resume']
    with warnings.catch_warnings():
        warnings.filterwarnings('error', 'stage .* goes on')
        main(words)
        main(words)
    longer = ['--cfg-options', 'first.train_cfg.max_epochs=2']
    with pytest.warns(UserWarning, match=r"'second' .*epoch_1.pth, but .*epoch_2.pth is newer"):
        main([*words, *longer])


def test_other_commands_want_the_config_of_one_stage(folder, capsys):
    with pytest.raises(SystemExit):
        main(['test', str(folder / 'both.py'), str(folder / 'weights.pth')])
    assert 'first.py, parts/second.py' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('mistake', 'message'),
    [
        ("train_dataloader['dataset'] = missing", 'there is no folder nowhere'),
        (
            "train_dataloader['dataset'] = dict("
            "type='ConcatDataset', datasets=dict(a=dict(cache=True, **missing)))",
            'there is no folder nowhere',
        ),
        ("val_dataloader['dataset'] = missing", 'there is no folder nowhere'),
        ("model['backbone'] = dict(type='DnCNN', num_layers=1)", 'at least 2 layers'),
        ("model['backbone']['widht'] = 1", 'Did you mean width'),
        (
            "model['losses']['vgg'] = dict(type='PerceptualLoss', weights='nowhere.pth')",
            r'there is no file nowhere\.pth',
        ),
    ],
)
def test_what_a_later_stage_cannot_build_is_found_before_the_first_begins(folder, mistake, message):
    second = folder / 'parts' / 'second.py'
    missing = "missing = dict(type='ImageFolder', root='nowhere', pipeline=[])"
    second.write_text(f'{second.read_text()}\n{missing}\n{mistake}\n')
    with pytest.raises((ValueError, TypeError, RuntimeError), match=message):
        train(folder / 'both.py', work_dir=folder / 'run')
    assert not (folder / 'run').exists()


def test_images_of_later_stages_are_not_kept_in_memory_while_they_are_tried(folder, monkeypatch):
    second = folder / 'parts' / 'second.py'
    photographs = "dict(type='EmbeddedPhotographs', split='test', cache=True, pipeline=[])"
    second.write_text(f"{second.read_text()}\ntrain_dataloader['dataset'] = {photographs}\n")
    monkeypatch.setattr(ImageFolder, '_fill_cache', lambda self: pytest.fail('they were decoded'))
    try_later(read_stages(open_config(folder / 'both.py')))


def test_a_model_that_reads_what_the_first_makes_is_left_to_its_stage(folder, capsys):
    second = folder / 'parts' / 'second.py'
    second.write_text(
        f"{second.read_text()}\nmodel['backbone'] = dict(type='NetOfFile', file='')\n"
    )
    (folder / 'both.py').write_text(STAGES.replace('load_from', 'model.backbone.file'))
    main(['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run')])
    assert (folder / 'run' / 'second' / 'epoch_1.pth').is_file()
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith('stage ')]
    assert [line.split(': ')[0] for line in told] == ['stage first, 1 of 2', 'stage second, 2 of 2']


@pytest.mark.parametrize(
    ('text', 'options', 'message'),
    [
        (STAGES.replace("'first.py'", "'frist.py'"), [], "stage 'first'"),
        (STAGES.replace('takes=', 'take='), [], "stage 'second'"),
        (STAGES.replace('dict(first=', 'dict(frist='), [], 'Did you mean first'),
        (STAGES, ['train_cfg.max_epochs=1'], 'expected a stage name'),
        (STAGES, ['first.train_cgf.max_epochs=1'], 'Did you mean train_cfg'),
        (STAGES, ['second.train_cfg.max_epoch=1'], 'Did you mean max_epochs'),
        (STAGES.replace("'load_from'", "'lod_from'"), [], 'Did you mean load_from'),
        (STAGES.replace("'load_from'", "['load_from', 'mdel']"), [], 'Did you mean model'),
    ],
)
def test_mistakes_are_found_before_the_first_begins(folder, text, options, message):
    (folder / 'both.py').write_text(text)
    with pytest.raises((ValueError, TypeError), match=message):
        train(folder / 'both.py', work_dir=folder / 'run', overrides=options)
    assert not (folder / 'run').exists()
