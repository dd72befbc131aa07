"""Config text reads back equal without executing code."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mmengine.config import Config
from tiny_components import tiny_config

from mmrestore.config import config_page, config_text, open_config, read_config_text
from mmrestore.config.reading import read_settings


def test_a_written_config_reads_back_in_order(tmp_path):
    config = tiny_config('anywhere')
    config.model.data_preprocessor.batch_transforms = dict(second=dict(a=1), first=None)
    (tmp_path / 'record.py').write_text(config_text(config))
    for again in (read_config_text(config_text(config)), open_config(tmp_path / 'record.py')):
        assert again.to_dict() == config.to_dict()
        assert list(again.model.data_preprocessor.batch_transforms) == ['second', 'first']


def test_values_without_literals_read_back_equal(tmp_path):
    path = tmp_path / 'config.py'
    path.write_text(
        'import math\nimport numpy as np\nfrom pathlib import Path\n'
        'values = dict(far=math.inf, near=-math.inf, lost=math.nan, rate=np.float32(0.1),'
        " count=np.int64(3), steps=np.arange(2), root=Path('a') / 'b', one=(Path('c'),))\n"
    )
    values = read_settings(path).values
    (tmp_path / 'record.py').write_text(config_text(values))
    again = read_settings(tmp_path / 'record.py').values['values']
    literal = read_config_text(config_text(values))['values'].to_dict()
    for read in (again, literal):
        assert math.isnan(read.pop('lost'))
    expected = {'far': math.inf, 'near': -math.inf, 'rate': float(np.float32(0.1)), 'count': 3}
    assert again == literal == {**expected, 'steps': [0, 1], 'root': 'a/b', 'one': ('c',)}


def test_long_values_are_split_over_lines():
    config = Config(dict(a=dict(b=list(range(40)), c=(1,)), names={'not a name': 'x' * 90}))
    text = config_text(config)
    assert max(map(len, text.splitlines())) <= 115
    assert read_config_text(text).to_dict() == config.to_dict()
    namespace: dict = {}
    exec(config_page(config), namespace)
    assert namespace['a'] == config.a.to_dict() and namespace['names'] == config.names.to_dict()


@pytest.mark.parametrize(
    'text',
    [
        'import os',
        'a = open("x")',
        'a = [b for b in c]',
        'a = 1 + 1',
        'a = b.c',
        'a.b = 1',
        'a = {**b}',
        '(a',
    ],
)
def test_texts_with_expressions_are_refused(text):
    with pytest.raises(ValueError, match='the recorded config'):
        read_config_text(text)


def test_bare_infinities_of_earlier_versions_are_read():
    assert read_config_text('a = {"b": inf, "c": -inf}').a == {'b': math.inf, 'c': -math.inf}


def test_the_page_has_four_sections(tmp_path):
    page = config_page(open_config('traps/swinir_s'))
    titles = [line for line in page.splitlines() if line.startswith('#')]
    assert titles == ['# model', '# data', '# schedule', '# runtime']
    (tmp_path / 'page.py').write_text(page)
    assert open_config(tmp_path / 'page.py').to_dict() == open_config('traps/swinir_s').to_dict()
