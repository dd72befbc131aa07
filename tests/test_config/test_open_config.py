"""Opening of configs."""

from __future__ import annotations

import pytest
from mmengine.config import Config

from mmrestore.config import config_text, open_config
from mmrestore.engine.stages import read_stages


def test_strategies_and_overrides_are_applied_in_this_order():
    config = open_config(
        'supervised/hat_s', ['default_hooks.shuffle_schedule.stop=4'], strategies=['traps']
    )
    assert list(config.model.data_preprocessor.batch_transforms) == ['noise', 'shuffle']
    assert config.default_hooks.shuffle_schedule.stop == 4
    assert config.model.backbone.type == 'HAT' and config.filename.endswith('hat_s.py')


def test_variables_leave_the_config():
    config = open_config('supervised/swinir_s')
    assert (
        'sigma' not in config and config.model.data_preprocessor.batch_transforms.noise.sigma == 50
    )
    with pytest.raises(ValueError, match='sigma is a variable of the config, which is substituted'):
        open_config('supervised/swinir_s', ['sigma=25'])


@pytest.mark.parametrize('overrides', [{'modle.test_seed': 5}, ['modle.test_seed=5']])
def test_misspelled_overrides_are_refused_for_all(overrides):
    with pytest.raises(ValueError, match=r'no setting .modle.. Did you mean model'):
        open_config('supervised/swinir_s', overrides)


def test_misspelled_arguments_and_settings_are_refused(tmp_path):
    with pytest.raises(
        TypeError, match=r"Restorer has no argument 'tset_seed'. Did you mean test_seed"
    ):
        open_config('supervised/swinir_s', {'model.tset_seed': 5})
    (tmp_path / 'leaf.py').write_text(
        "_base_ = 'mmrestore::supervised/swinir_s.py'\noptim_wraper = 1"
    )
    with pytest.raises(TypeError, match=r'nothing reads the setting .optim_wraper.'):
        open_config(tmp_path / 'leaf.py')


def test_given_settings_are_not_modified():
    config = open_config('supervised/swinir_s')
    text = config_text(config)
    assert open_config(config, {'model.test_seed': 9}).model.test_seed == 9
    assert config_text(config) == text
    assert open_config(config.to_dict()).to_dict() == config.to_dict()


def test_overrides_of_stages_are_those_of_their_configs():
    config = open_config('apr_rd/apr_rd', ['rd.train_dataloader.num_workers=8'])
    stages = read_stages(config)
    assert stages['rd'].config.train_dataloader.num_workers == 8
    assert stages['apr'].config.train_dataloader.num_workers != 8
    with pytest.raises(ValueError, match=r'expected a stage name at the beginning, apr\. or rd\.'):
        open_config('apr_rd/apr_rd', ['train_dataloader.num_workers=8'])
    with pytest.raises(ValueError, match='has several stages'):
        open_config('apr_rd/apr_rd', strategies=['traps'])


@pytest.mark.parametrize(
    'own', [['model.test_seed=7', 'load_from=a'], {'model.test_seed': 7, 'load_from': 'a'}]
)
@pytest.mark.parametrize('more', [['one.model.test_seed=3'], {'one.model.test_seed': 3}])
def test_a_stage_keeps_its_own_overrides(tmp_path, own, more):
    (tmp_path / 'a.py').write_text("_base_ = 'mmrestore::supervised/swinir_s.py'")
    (tmp_path / 'all.py').write_text(
        f"stages = dict(one=dict(config='a.py', overrides={own!r}), two=dict(config='a.py'))"
    )
    stages = read_stages(open_config(tmp_path / 'all.py', more))
    one, two = (stages[name].config for name in ('one', 'two'))
    assert (one.model.test_seed, one.load_from) == (3, 'a')
    assert two.model.get('test_seed', 0) == 0 and two.load_from is None


def test_strategies_that_contradict_each_other_are_refused(tmp_path):
    (tmp_path / 'a.py').write_text("model = dict(type='PairRestorer')")
    (tmp_path / 'b.py').write_text("model = dict(type='GANRestorer')")
    with pytest.raises(ValueError, match=r'a\.py and .*b\.py do not combine: model\.type is'):
        open_config('supervised/swinir_s', strategies=[tmp_path / 'a.py', tmp_path / 'b.py'])


@pytest.mark.parametrize(
    'imports', [['a'], {'import': ['a']}, 'a', {'imports': ['a', 3]}, {'imports': ('a',)}, {}]
)
def test_custom_imports_have_one_form(imports):
    with pytest.raises(TypeError, match=r'custom_imports: expected dict\(imports=\["module"\]'):
        open_config({'custom_imports': imports})


@pytest.mark.parametrize(
    ('code', 'message'),
    [
        ('import foo_is_missing', "No module named 'foo_is_missing'$"),
        ('from os import nothing_like_it', "cannot import name 'nothing_like_it'"),
        ('a = (', r'SyntaxError: .* \(module_of_test_2.py, line 1\)$'),
        ('1 / 0', 'ZeroDivisionError: division by zero$'),
        (
            'from mmrestore.registry import MODELS\n@MODELS.register_module()\nclass DnCNN: pass\n',
            'KeyError: .*DnCNN is already registered',
        ),
        (None, "No module named 'module_of_test_5': install it, or add its folder to PYTHONPATH$"),
    ],
)
def test_an_import_that_fails_is_named_with_its_cause(
    tmp_path, monkeypatch, request, code, message
):
    number = request.node.callspec.indices['code']
    monkeypatch.syspath_prepend(tmp_path)
    if code is not None:
        (tmp_path / f'module_of_test_{number}.py').write_text(code)
    (tmp_path / 'c.py').write_text(
        f"custom_imports = dict(imports=['json', 'module_of_test_{number}'])"
    )
    with pytest.raises(ImportError, match=f'module_of_test_{number}: .*{message}') as error:
        open_config(tmp_path / 'c.py')
    assert str(error.value).startswith(f'custom_imports of {tmp_path / "c.py"}: ')


def test_lazy_configs_of_mmengine_are_read(tmp_path):
    (tmp_path / 'base.py').write_text('load_from = None\nresume = False')
    (tmp_path / 'lazy.py').write_text(
        'from mmengine.config import read_base\nwith read_base():\n    from .base import *\n'
        'load_from = "a.pth"\n'
    )
    config = open_config(tmp_path / 'lazy.py')
    assert isinstance(config, Config) and config.load_from == 'a.pth' and config.resume is False


def test_lists_of_decorators_are_keyed_before_overrides():
    values = open_config('supervised/swinir_s').to_dict()
    values['model']['inference'] = [dict(type='Pad'), dict(type='SelfEnsemble')]
    with pytest.warns(FutureWarning, match=r'inference=dict\(pad=..., self_ensemble=...\)'):
        config = open_config(values, ['model.inference.self_ensemble=None'])
    assert dict(config.model.inference) == {'pad': {'type': 'Pad'}, 'self_ensemble': None}


def test_lists_of_decorators_in_files_are_keyed_before_they_are_merged(tmp_path):
    base, leaf = tmp_path / 'base.py', tmp_path / 'leaf.py'
    base.write_text(
        "_base_ = 'mmrestore::supervised/swinir_s.py'\n"
        "model = dict(\n    inference=[dict(type='SelfEnsemble')],\n)\n"
    )
    leaf.write_text("_base_ = 'base.py'\nmodel = dict(inference=dict(pad=dict(type='Pad')))")
    with pytest.warns(FutureWarning, match=f'^{base}: inference=.* is deprecated') as caught:
        config = open_config(leaf, ['model.inference.self_ensemble=None'])
    assert list(config.model.inference) == [
        'self_ensemble',
        'pad',
    ]  # what was inherited is replaced
    assert (caught[0].filename, caught[0].lineno) == (str(base), 3)
    masked = open_config(base, strategies=['amsnet'])
    assert {'self_ensemble', 'masks'} <= set(masked.model.inference)


def test_invalid_top_level_names_are_refused(tmp_path):
    for name, text, message in (
        ('a.json', '{"my-key": 1}', "a.json: 'my-key' cannot name a setting"),
        ('b.yaml', 'class: 1', "b.yaml: 'class' cannot name a setting"),
        ('c.py', 'text = 1', "c.py: 'text' cannot name a setting, because MMEngine reserves it"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(ValueError, match=message):
            open_config(tmp_path / name)


def test_modules_of_all_files_and_strategies_are_imported(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for name in ('first', 'second', 'third'):
        (tmp_path / f'{name}_parts.py').write_text('')
        (tmp_path / f'{name}.py').write_text(
            f"custom_imports = dict(imports=['{name}_parts'], allow_failed_imports=False)"
        )
    (tmp_path / 'leaf.py').write_text(
        "_base_ = ['mmrestore::supervised/swinir_s.py', 'first.py']\n"
        "custom_imports = dict(imports='second_parts')"
    )
    config = open_config(tmp_path / 'leaf.py', strategies=[tmp_path / 'third.py'])
    assert config.custom_imports.imports == ['first_parts', 'second_parts', 'third_parts']
    both = open_config(
        'supervised/swinir_s', strategies=[tmp_path / 'first.py', tmp_path / 'third.py']
    )
    assert both.custom_imports.imports == ['first_parts', 'third_parts']
    added = open_config('supervised/swinir_s', ['custom_imports.imports=[second_parts]'])
    assert added.custom_imports.imports == ['second_parts']
    with pytest.raises(ImportError, match='not_there'):
        open_config('supervised/swinir_s', ['custom_imports.imports=[not_there]'])


def test_a_strategy_is_given_once():
    for config, strategies in (('traps/swinir_s', ['traps']), ('supervised/hat_s', ['traps'] * 2)):
        with pytest.raises(ValueError, match='already contains the strategy traps'):
            open_config(config, strategies=strategies)
