"""The registry of released weights: every entry describes its network, users add entries."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
import torch

from mmrestore import list_models
from mmrestore.apis import init_restorer
from mmrestore.apis.model_cache import fetch_model, resolve_model
from mmrestore.apis.networks import open_network_config
from mmrestore.apis.released_models import SHIPPED, find_model, read_models
from mmrestore.batch_transforms import CameraNoise
from mmrestore.registry import MODELS, OFFICIAL
from mmrestore.structures import DataSample

MODELS_BY_NAME = read_models(SHIPPED)

SWINIR = dict(
    img_size=64, window_size=8, depths=[6] * 6, embed_dim=180, num_heads=[6] * 6, mlp_ratio=2
)
SMALL = dict(SWINIR, depths=[6] * 4, embed_dim=60, num_heads=[6] * 4)
LARGE = dict(
    SWINIR, depths=[6] * 9, embed_dim=240, num_heads=[8] * 9, resi_connection='3conv', upscale=4
)
JPEG = dict(SWINIR, img_size=126, window_size=7, img_range=255.0)
HAT = dict(window_size=16, embed_dim=180, mlp_ratio=2, upsampler='pixelshuffle')
GRL = dict(stripe_shift=True, mlp_ratio=2, anchor_window_down_factor=4)
GRL_T = dict(GRL, embed_dim=64, depths=[4] * 4, num_heads_window=[2] * 4, num_heads_stripe=[2] * 4)
GRL_S = dict(GRL_T, embed_dim=128)
GRL_B = dict(
    GRL,
    embed_dim=180,
    depths=[4, 4, 8, 8, 8, 4, 4],
    num_heads_window=[3] * 7,
    num_heads_stripe=[3] * 7,
    local_connection=True,
)
SIDD = dict(enc_blk_nums=[2, 2, 4, 8], middle_blk_num=12, dec_blk_nums=[2, 2, 2, 2])
GOPRO = dict(enc_blk_nums=[1, 1, 1, 28], middle_blk_num=1, dec_blk_nums=[1, 1, 1, 1])
RELEASED_EDSR = dict(num_feat=256, num_block=32, res_scale=0.1)
# Every entry whose name matches is the official network of that name with those arguments; N is
# the number in the name.
OFFICIAL_ARGUMENTS = {
    r'dncnn_(15|25|50)_gray': ('DnCNN', dict(act_mode='R')),
    r'dncnn(3|_blind)_gray': ('DnCNN', dict(act_mode='R', nb=20)),
    r'dncnn_blind': ('DnCNN', dict(act_mode='R', nb=20, in_nc=3, out_nc=3)),
    r'swinir_m_x(\d)(_div2k)?': ('SwinIR', dict(SWINIR, upsampler='pixelshuffle', upscale='N')),
    r'swinir_s_x(\d)': ('SwinIR', dict(SMALL, upsampler='pixelshuffledirect', upscale='N')),
    r'swinir_m_x(\d)_real(_smooth)?': (
        'SwinIR',
        dict(SWINIR, upsampler='nearest+conv', upscale='N'),
    ),
    r'swinir_l_x4_real(_smooth)?': ('SwinIR', dict(LARGE, upsampler='nearest+conv')),
    r'swinir_m_noise\d+': ('SwinIR', dict(SWINIR, upscale=1)),
    r'swinir_m_noise\d+_gray': ('SwinIR', dict(SWINIR, in_chans=1, upscale=1)),
    r'swinir_m_jpeg\d+': ('SwinIR', JPEG),
    r'swinir_m_jpeg\d+_gray': ('SwinIR', dict(JPEG, in_chans=1)),
    r'hat_s_x(\d)': (
        'HAT',
        dict(
            HAT,
            embed_dim=144,
            depths=[6] * 6,
            num_heads=[6] * 6,
            compress_ratio=24,
            squeeze_factor=24,
            upscale='N',
        ),
    ),
    r'hat_x(\d)': ('HAT', dict(HAT, depths=[6] * 6, num_heads=[6] * 6, upscale='N')),
    r'hat_l_x(\d)': ('HAT', dict(HAT, depths=[6] * 12, num_heads=[6] * 12, upscale='N')),
    r'grl_t_noise_blind_gray': (
        'GRL',
        dict(GRL_T, in_channels=1, window_size=16, stripe_size=[64, 128]),
    ),
    r'grl_s_noise15': ('GRL', dict(GRL_S, window_size=16, stripe_size=[64, 128])),
    r'grl_b_noise25_gray': (
        'GRL',
        dict(
            GRL_B,
            in_channels=1,
            window_size=32,
            stripe_size=[64, 128],
            anchor_window_down_factor=2,
        ),
    ),
    r'grl_b_noise50': (
        'GRL',
        dict(GRL_B, window_size=32, stripe_size=[64, 128], anchor_window_down_factor=2),
    ),
    r'grl_t_x(\d)': (
        'GRL',
        dict(
            GRL_T,
            window_size=32,
            stripe_size=[64, 64],
            upsampler='pixelshuffledirect',
            upscale='N',
        ),
    ),
    r'grl_s_jpeg(20|_blind)': ('GRL', dict(GRL_S, window_size=36, stripe_size=[72, 144])),
    r'grl_s_jpeg30_gray': (
        'GRL',
        dict(GRL_S, in_channels=1, window_size=36, stripe_size=[72, 144]),
    ),
    r'grl_b_gopro': ('GRL', dict(GRL_B, window_size=12, stripe_size=[48, 96])),
    r'restormer_(real|noise.*(?<!_gray))': ('Restormer', dict(LayerNorm_type='BiasFree')),
    r'restormer_noise.*_gray': (
        'Restormer',
        dict(LayerNorm_type='BiasFree', inp_channels=1, out_channels=1),
    ),
    r'restormer_(motion|rain)': ('Restormer', dict(LayerNorm_type='WithBias')),
    r'nafnet_(\d+)_sidd': ('NAFNet', dict(SIDD, width='N')),
    r'nafnet_(\d+)_(gopro|reds)': ('NAFNet', dict(GOPRO, width='N')),
    r'nafnet_baseline_(\d+)_sidd': (
        'Baseline (NAFNet)',
        dict(SIDD, width='N', dw_expand=1, ffn_expand=2),
    ),
    r'mirnet_v2_.*': ('MIRNet_v2', dict(n_feat=80, n_MRB=2)),
    r'mirnet_real': ('MIRNet', dict()),
    r'edsr_baseline_x(\d)': ('EDSR (BasicSR)', dict(upscale='N')),
    r'edsr_x(\d)': ('EDSR (BasicSR)', dict(RELEASED_EDSR, upscale='N')),
    r'nbsn_apr_rd': ('NBSN 1.02M', dict()),
    r'nbsn_small_apr_rd': ('NBSN 1.00M', dict()),
    r'apbsn_.*': ('AP-BSN', dict()),
    r'masked_swinir.*': (
        'SwinIR (MaskedDenoising)',
        dict(SMALL, upsampler=None, resi_connection='3conv'),
    ),
}


@pytest.mark.parametrize('pattern', OFFICIAL_ARGUMENTS)
def test_every_entry_describes_the_network_that_was_released(pattern):
    architecture, given = OFFICIAL_ARGUMENTS[pattern]
    names = [name for name in MODELS_BY_NAME if re.fullmatch(pattern, name)]
    assert names
    seen = []
    for name in names:
        number = [int(text) for text in re.fullmatch(pattern, name).groups() if str(text).isdigit()]
        arguments = {k: number[0] if v == 'N' else v for k, v in given.items()}
        backbone = _config(name).model.backbone
        if (backbone, arguments) in seen:
            continue
        seen.append((backbone, arguments))
        with torch.device('meta'):
            official, _ = OFFICIAL.get(architecture)({}, **arguments)
            net = MODELS.build(backbone)
        assert _facts(net) == _facts(official), name


def test_the_table_above_has_all_entries():
    assert [
        name
        for name, model in MODELS_BY_NAME.items()
        if not model.packaged  # our own network
        and sum(re.fullmatch(pattern, name) is not None for pattern in OFFICIAL_ARGUMENTS) != 1
    ] == []


@pytest.mark.parametrize(
    'name', [n for n, m in MODELS_BY_NAME.items() if m.size and n.startswith('swinir')]
)
def test_stated_sizes_are_those_of_the_networks(name):
    model = MODELS_BY_NAME[name]
    with torch.device('meta'):
        net = MODELS.build(_config(name).model.backbone)
    blocks = sum(layer.__class__.__name__ == 'Block' for layer in net.modules())
    side = int(re.search(r'_s(\d+)w8', model.file_name)[1])  # of the patches in training
    # The released files hold an index of pixel pairs for every block, and masks for shifted ones.
    buffers = blocks * 64**2 * 8 + blocks // 2 * (side // 8) ** 2 * 64**2 * 4
    content = 4 * sum(p.numel() for p in net.parameters()) + buffers
    tensors = len(net.state_dict()) + blocks + blocks // 2
    assert 370 < (model.size - content) / tensors < 400  # what PyTorch adds to each


def test_the_shipped_registry_states_sources_and_is_careful():
    models = list(MODELS_BY_NAME.values())
    assert len(models) >= 90 and len({url for m in models for url in m.urls}) >= len(models)
    for model in models:
        assert all(url.startswith('https://') for url in model.urls), model.name
        assert model.source.startswith('https://') and model.license and model.purpose, model.name
        assert not model.published or re.search(r'\d\d\.\d+ dB', model.published), model.name
    assert [m.name for m in models if m.tried] == [
        'photographs',
        'dncnn_25_gray',
        'nbsn_apr_rd',
        'nbsn_small_apr_rd',
    ]
    assert all(m.size and len(m.sha256) == 64 for m in models if m.tried)


def test_packaged_weights_need_no_download(tmp_path, monkeypatch):
    monkeypatch.setenv('MMRESTORE_CACHE', str(tmp_path / 'cache'))
    monkeypatch.setenv('MMRESTORE_OFFLINE', '1')
    model = find_model('photographs')
    assert model.packaged_path.stat().st_size == model.size < 4e6
    assert fetch_model(model) == model.packaged_path and not (tmp_path / 'cache').exists()
    copy = fetch_model(model, tmp_path / 'copy')
    assert copy.read_bytes() == model.packaged_path.read_bytes()
    damaged = tmp_path / 'photographs.safetensors'
    damaged.write_bytes(b'0' + copy.read_bytes()[1:])
    monkeypatch.setattr('mmrestore.apis.released_model.PACKAGED', tmp_path)
    with pytest.raises(FileNotFoundError, match=r'its sha256 is .*Install mmrestore again'):
        fetch_model(model)
    damaged.unlink()
    with pytest.raises(FileNotFoundError, match='cannot be used: it is not there'):
        fetch_model(model)


def test_packaged_weights_denoise_and_leave_clean_images_alone():
    """A soft picture with the noise of a camera and without."""
    network = init_restorer(*resolve_model('photographs'), device='cpu').backbone
    rows, columns = torch.meshgrid(torch.arange(96.0), torch.arange(128.0), indexing='ij')
    clean = torch.stack([torch.sin(rows / 9 + i) * torch.cos(columns / 11) for i in range(3)])
    clean = 0.5 + 0.3 * clean[None]
    torch.manual_seed(0)
    noisy, sample = CameraNoise(4e-3)(clean, DataSample(gt_img=clean))
    with torch.inference_mode():
        restored, kept = network(noisy), network(sample.gt_img)
    assert (restored - sample.gt_img).std() < 0.5 * (noisy - sample.gt_img).std()
    assert 255 * (kept - sample.gt_img).std() < 2


def test_models_are_listed_by_words():
    assert [m.name for m in list_models('GRAY', 'sigma 25', 'mit')] == [
        'dncnn_25_gray',
        'grl_b_noise25_gray',
    ]
    assert not list_models('no such thing')
    assert find_model('hat_l_x4').overrides == {'model.backbone.scale': 4}


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A function that writes registries of a user."""

    def write(content, name='models.json'):
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        monkeypatch.setenv('MMRESTORE_MODELS', str(file))
        return file

    return write


def test_a_user_adds_models_and_mirrors(registry, tmp_path, monkeypatch):
    (tmp_path / 'own.py').write_text('model = dict()')
    own = dict(urls=['https://example.org/own.safetensors'], config='own.py', purpose='screens')
    mirror = dict(urls=['http://localhost:8000/dncnn_25.pth'])
    file = registry(dict(own=own, dncnn_25_gray=mirror))
    assert find_model('own').config == str(tmp_path / 'own.py')
    assert find_model('own').suffix == '.safetensors'
    shipped, mirrored = MODELS_BY_NAME['dncnn_25_gray'], find_model('dncnn_25_gray')
    assert mirrored.urls == ('http://localhost:8000/dncnn_25.pth',)
    assert (mirrored.sha256, mirrored.config) == (shipped.sha256, shipped.config)
    second = tmp_path / 'second.yml'
    second.write_text('# YAML\nown: {urls: [https://example.org/second.pth], sha256: null}')
    monkeypatch.setenv('MMRESTORE_MODELS', os.pathsep.join(map(str, [file, second])))
    assert find_model('own').urls == ('https://example.org/second.pth',)
    assert find_model('own').purpose == 'screens'


def test_the_registry_in_the_documentation_is_one(registry):
    page = Path(__file__).parents[2] / 'docs' / 'models.md'
    registry(re.search(r'```yaml\n(.*?)```', page.read_text(), re.DOTALL)[1], 'models.yml')
    assert len(find_model('screens').urls) == 2
    assert find_model('dncnn_25_gray').sha256 == MODELS_BY_NAME['dncnn_25_gray'].sha256


OWN = dict(urls=['https://example.org/own.pth'], config='supervised/swinir_s')


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (dict(sise=3), "an entry has no argument 'sise'. Did you mean size?"),
        (dict(config=None), 'config: expected a text, got None'),
        (dict(urls='https://example.org/own.pth'), 'urls: expected a list of texts'),
        (dict(urls=[]), 'urls: expected an address at least'),
        (dict(urls=[1]), r'urls: expected a list of texts, got \(1,\)'),
        (dict(urls=['http://example.org/own.pth']), 'begins with https://, got http://example'),
        (dict(urls=['https://example.org/own']), r'file: expected a name that ends in \.pth'),
        (dict(file='../own.pth'), r'file: expected a name that ends in .*, got \.\./own\.pth'),
        (dict(size=-1), 'size: expected a number of bytes, got -1'),
        (dict(size=True), 'size: expected a whole number, got True'),
        (dict(sha256='0' * 65), 'sha256: expected 64 hexadecimal digits'),
        (dict(sha256='ABCDEF01'), 'sha256: expected 64 hexadecimal digits'),
        (dict(sha256=12345678), 'sha256: expected a text, got 12345678'),
        (dict(overrides=['a=1']), r"overrides: expected settings by key, got \('a=1',\)"),
        (dict(tried='yes'), "tried: expected true or false, got 'yes'"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(registry, changes, message):
    file = registry(dict(own={**OWN, **changes}))
    with pytest.raises(ValueError, match=f'^{re.escape(str(file))}: own: .*{message}'):
        list_models()


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('{"a": ', 'cannot be read as YAML or JSON'),
        ('[1]', 'expected models by name'),
        ('a: 3', 'a: expected fields by name, got 3'),
        ('a/b: {urls: [https://x.org/a.pth], config: a}', 'a/b: expected a name of letters'),
        ('a: {}\na: {}', 'a stands there twice'),
        ('a: !!python/object/apply:os.getcwd []', 'cannot be read as YAML or JSON'),
    ],
)
def test_what_is_wrong_with_a_registry_is_said(registry, content, message):
    registry(content)
    with pytest.raises(ValueError, match=message):
        list_models()


def test_a_registry_may_be_empty_but_not_lost(registry, monkeypatch):
    registry('')
    assert len(list_models()) == len(MODELS_BY_NAME)
    monkeypatch.setenv('MMRESTORE_MODELS', '/no/such/file.json')
    with pytest.raises(FileNotFoundError, match='no registry /no/such/file'):
        list_models()


def _config(name: str):
    model = MODELS_BY_NAME[name]
    return open_network_config(model.config, model.overrides)


def _facts(net: torch.nn.Module):
    """Return type, shapes and all plain attributes of a network and its layers."""
    plain = (int, float, str, bool, tuple, list, type(None))
    return (
        type(net),
        {k: v.shape for k, v in net.state_dict().items()},
        {
            layer_name: {k: v for k, v in vars(layer).items() if isinstance(v, plain)}
            for layer_name, layer in net.named_modules()
        },
    )
