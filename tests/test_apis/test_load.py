"""A trained network as a function of images."""

from __future__ import annotations

import io
import multiprocessing
import random
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_components import tiny_config

import mmrestore
from mmrestore.apis import ImageRestorer, init_restorer, restore, write_image
from mmrestore.config import config_text
from mmrestore.datasets.image_file import decode_image
from mmrestore.registry import MODELS

RGB = np.random.default_rng(0).integers(0, 256, (9, 14, 3)).astype(np.uint8)
BLUR = {'type': 'DnCNN', 'channels': 4, 'num_layers': 3}


def restorer(dtype: str = 'float32', **model) -> ImageRestorer:
    """Return a tiny network with random weights that changes an image visibly."""
    config = tiny_config('none', **{f'model__{key}': value for key, value in model.items()})
    torch.manual_seed(0)
    model = init_restorer(config, device='cpu')
    for parameter in model.parameters():  # NAFNet begins with residuals of 0
        parameter.data += 0.1 * torch.randn_like(parameter)
    return ImageRestorer(model, dtype=dtype)


@pytest.fixture(scope='module')
def tiny() -> ImageRestorer:
    return restorer()


@pytest.fixture(scope='module')
def expected(tiny) -> np.ndarray:
    """The restored RGB in [0, 1], by the network itself."""
    x = torch.from_numpy(RGB).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        y = tiny.model.backbone(x).clamp(0, 1)[0].permute(1, 2, 0).numpy()
    assert np.abs(y - RGB / 255).mean() > 0.01
    return y


def in_uint8(unit: np.ndarray) -> np.ndarray:
    return (unit * 255).round().astype(np.uint8)


@pytest.mark.parametrize(
    'dtype', ['uint8', 'uint16', 'float16', 'float32', 'float64', '>u2', '>f4']
)
def test_an_array_comes_back_in_its_type(dtype, tiny, expected):
    full = {'u': 255 if dtype == 'uint8' else 65535}.get(np.dtype(dtype).kind, 1)
    given = RGB / 255 * full
    given = given.round().astype(dtype) if full > 1 else given.astype(dtype)
    made = tiny(given)
    assert made.dtype == given.dtype and made.shape == given.shape
    tolerance = 1e-3 if dtype == 'float16' else 1e-6
    assert np.abs(made / full - expected).max() <= tolerance + 0.51 / full * (full > 1)


def test_arrays_come_back_in_their_shape(tiny, expected):
    whole, gray = in_uint8(expected), RGB[..., :1]
    assert np.array_equal(tiny(RGB), whole)
    batch = tiny(np.stack([RGB, RGB[::-1]]))
    assert batch.shape == (2, 9, 14, 3) and np.array_equal(batch[0], whole)
    single = tiny(gray)
    assert single.shape == (9, 14, 1) and np.array_equal(tiny(gray[..., 0]), single[..., 0])
    three = tiny(np.repeat(gray, 3, axis=-1) / 255).mean(axis=-1)
    assert np.array_equal(single[..., 0], in_uint8(three))
    alpha = np.random.default_rng(1).integers(0, 256, (9, 14, 1)).astype(np.uint8)
    with_alpha = tiny(np.concatenate([RGB, alpha], axis=-1))
    assert np.array_equal(with_alpha, np.concatenate([whole, alpha], axis=-1))
    turned = tiny(RGB[::-1, ::-1])
    assert np.array_equal(turned, tiny(np.ascontiguousarray(RGB[::-1, ::-1])))
    frozen = RGB.copy()
    frozen.flags.writeable = False
    assert np.array_equal(tiny(frozen), whole) and np.array_equal(frozen, RGB)


def test_tensors_come_back_as_tensors(tiny, expected):
    image = torch.from_numpy(RGB).permute(2, 0, 1)
    made = tiny(image)
    assert made.dtype == torch.uint8 and made.is_contiguous()
    assert np.array_equal(made.permute(1, 2, 0).numpy(), in_uint8(expected))
    assert tiny(image[None].repeat(2, 1, 1, 1)).shape == (2, 3, 9, 14)
    assert tiny(image[:1]).shape == (1, 9, 14)
    half = (image / 255).bfloat16().requires_grad_()
    assert tiny(half).dtype == torch.bfloat16 and not tiny(half).requires_grad
    assert not tiny(half).is_inference()
    assert tiny((image.int() * 257).to(torch.uint16)).dtype == torch.uint16


def test_pictures_of_pil_come_back_as_such(tiny, expected):
    given = Image.fromarray(RGB)
    given.info['icc_profile'] = b'profile'
    made = tiny(given)
    assert np.array_equal(np.asarray(made), in_uint8(expected)) and made.mode == 'RGB'
    assert made.info['icc_profile'] == b'profile'
    for mode in ('L', 'LA', 'RGBA', 'F'):
        picture = Image.fromarray(RGB).convert(mode)
        picture = Image.fromarray(np.asarray(picture) / 255) if mode == 'F' else picture
        assert (tiny(picture).mode, tiny(picture).size) == (mode, (14, 9))
    deep = Image.fromarray(RGB[..., 0].astype(np.uint16) * 257)
    assert tiny(deep).mode == deep.mode == 'I;16'


def test_files_and_their_bytes(tiny, expected, tmp_path):
    write_image(tmp_path / 'a.png', RGB)
    for path in (tmp_path / 'a.png', str(tmp_path / 'a.png')):
        assert np.array_equal(tiny(path), in_uint8(expected))
    data = (tmp_path / 'a.png').read_bytes()
    for given in (data, bytearray(data), memoryview(data)):
        assert np.array_equal(decode_image(tiny(given), 'a.png'), in_uint8(expected))
    for form in ('JPEG', 'TIFF', 'WEBP', 'BMP', 'PPM'):
        buffer = io.BytesIO()
        Image.fromarray(RGB).save(buffer, form)
        assert Image.open(io.BytesIO(tiny(buffer.getvalue()))).format == form


def test_lists_are_restored_one_by_one(tiny, tmp_path):
    write_image(tmp_path / 'a.png', RGB)
    given = [RGB, tmp_path / 'a.png', Image.fromarray(RGB[:4]), torch.zeros(3, 5, 5)]
    made = tiny(given)
    assert [type(each) for each in made] == [np.ndarray, np.ndarray, Image.Image, torch.Tensor]
    assert np.array_equal(made[0], made[1]) and np.array_equal(made[2], tiny(RGB[:4]))
    assert isinstance(tiny((RGB, RGB)), tuple)


def test_a_network_that_upscales(tmp_path):
    net = {'type': 'EDSR', 'channels': 4, 'num_blocks': 1, 'scale': 2}
    upscaling = restorer(backbone={'_delete_': True, **net})
    assert upscaling.scale == 2
    assert upscaling(RGB).shape == (18, 28, 3)
    rgba = np.dstack([RGB, np.full((9, 14), 77, np.uint8)])
    assert upscaling(rgba).shape == (18, 28, 4) and (upscaling(rgba)[..., 3] == 77).all()
    assert upscaling(Image.fromarray(RGB)).size == (28, 18)


def test_a_network_for_gray_images(tmp_path):
    gray = restorer(backbone={'_delete_': True, **BLUR, 'in_channels': 1})
    assert gray(RGB[..., 0]).shape == (9, 14)
    assert gray(RGB[..., :2]).shape == (9, 14, 2)  # with transparency
    write_image(tmp_path / 'a.png', RGB)
    assert gray(tmp_path / 'a.png').shape == (9, 14, 1)
    with pytest.raises(ValueError, match=r'gray images, 1 channel .* got an image of 3 channels'):
        gray(RGB)


NAN = np.full((8, 8, 3), np.nan, 'f4')
WRONG = {
    'none': (None, TypeError, r'expected a path, .*got None'),
    'number': (5, TypeError, 'expected a path, .*got 5'),
    'dictionary': ({}, TypeError, 'expected a path, .*got dict'),
    'class': (np.ndarray, TypeError, 'expected a path, .*got type'),
    'set': ({1}, TypeError, 'expected a path, .*got set'),
    'file': (io.BytesIO(b''), TypeError, 'an open file: give what its read'),
    'generator': ((x for x in ()), TypeError, r'an iterator: give list\(\.\.\.\)'),
    'no file': ('lost.png', FileNotFoundError, r'there is no image file lost\.png'),
    'address': ('https://a.org/b.png', ValueError, 'is a URL: download it'),
    'folder': ('/', ValueError, 'is a folder'),
    'empty path': ('', ValueError, 'is a folder'),
    'no image': (
        b'text',
        ValueError,
        'cannot read the bytes: it is not an image',
    ),
    'empty bytes': (b'', ValueError, 'it is empty'),
    'cut off': (b'\x89PNG\r\n\x1a\n\0\0', ValueError, 'cannot read the bytes'),
    'empty list': ([], ValueError, 'the list of images is empty'),
    'nested numbers': (
        [[1, 2], [3, 4]],
        TypeError,
        r'image 1 of 2: a list of numbers .* give numpy\.array',
    ),
    'one of a list': ([RGB, NAN], ValueError, 'image 2 of 2: .* no numbers'),
    'int64': (RGB.astype(np.int64), TypeError, r'got int64: image.astype\(numpy.uint8\)'),
    'int8': (RGB.astype(np.int8), TypeError, 'got int8'),
    'uint32': (RGB.astype(np.uint32), TypeError, 'got uint32'),
    'bool': (RGB > 99, TypeError, 'uint8, uint16, or floats in .*got bool'),
    'complex': (RGB.astype(complex), TypeError, 'got complex128'),
    'objects': (RGB.astype(object), TypeError, 'got object'),
    'texts': (np.array(['a.png']), TypeError, 'got <U5'),
    'no axis': (np.array(0.5), ValueError, r'\(H, W, C\) .*got the shape \(\)'),
    'one axis': (np.zeros(5), ValueError, r'got the shape \(5,\)'),
    'five axes': (np.zeros((1, 1, 4, 4, 3)), ValueError, r'got the shape \(1, 1, 4, 4, 3\)'),
    'no rows': (RGB[:0], ValueError, r'empty: its shape is \(0, 14, 3\)'),
    'no columns': (RGB[:, :0], ValueError, r'empty: its shape is \(9, 0, 3\)'),
    'no images': (RGB[None][:0], ValueError, r'empty: its shape is \(0, 9, 14, 3\)'),
    'no channels': (RGB[..., :0], ValueError, r'empty: its shape is \(9, 14, 0\)'),
    'five channels': (np.zeros((9, 9, 5)), ValueError, 'color images, 3 channels.* of 5 channels'),
    'channels first': (
        np.zeros((3, 9, 14)),
        ValueError,
        r'of 14 channels: .* last axis of an array',
    ),
    'levels as floats': (RGB.astype('f4'), ValueError, r'0 to 255: divide them by 255'),
    'deep levels': (RGB.astype('f4') * 257, ValueError, r'0 to 6.554e\+04: divide them by 65535'),
    'negative': (RGB / 255 - 0.5, ValueError, r'\[0, 1\], got -0.5 to 0.5: clip them'),
    'a little more': (RGB / 250, ValueError, r'got 0 to 1.02: clip them'),
    'infinite': (np.full((4, 4, 3), np.inf), ValueError, 'got inf to inf'),
    'NaN': (NAN, ValueError, 'values that are no numbers'),
    'one NaN': (np.where(RGB.max() == RGB, np.nan, 0.5), ValueError, 'no numbers'),
    'tensor of int64': (torch.zeros(3, 4, 4).long(), TypeError, 'got torch.int64'),
    'tensor of bool': (torch.zeros(3, 4, 4) > 0, TypeError, 'got torch.bool'),
    'tensor of two axes': (torch.zeros(4, 4), ValueError, r'\(C, H, W\) .*got the shape \(4, 4\)'),
    'channels last': (
        torch.zeros(9, 14, 3),
        ValueError,
        r'of 9 channels: .* the first of a tensor',
    ),
    'no values': (torch.zeros(3, 4, 4, device='meta'), TypeError, 'a tensor with values'),
    'sparse': (torch.zeros(3, 4, 4).to_sparse(), TypeError, 'dense tensor'),
    'tensor with NaN': (torch.full((3, 4, 4), torch.nan), ValueError, 'no numbers'),
    'palette': (
        Image.new('P', (4, 4)),
        TypeError,
        r"got P: convert it, as by image.convert\('RGB'",
    ),
    'one bit': (Image.new('1', (4, 4)), TypeError, 'got 1: convert it'),
    'CMYK': (Image.new('CMYK', (4, 4)), TypeError, 'got CMYK: convert it'),
    '32 bit': (Image.new('I', (4, 4)), TypeError, 'got I: convert it'),
    'no pixels': (Image.new('RGB', (0, 4)), ValueError, 'empty'),
}


@pytest.mark.parametrize('name', WRONG)
def test_what_cannot_be_restored_is_told_in_words_of_the_caller(name, tiny):
    image, error, message = WRONG[name]
    for function in (tiny, lambda image: restore(tiny.model, image)):
        with pytest.raises(error, match=message) as caught:
            function(image)
        assert '\n' not in str(caught.value) and len(str(caught.value)) < 400


def test_the_restorer_describes_itself(tiny):
    assert repr(tiny).startswith('ImageRestorer(')
    assert f'scale={tiny.scale}, device=cpu, dtype=float32)' in repr(tiny)


@pytest.mark.parametrize('source', [None, 5, torch.nn.Conv2d(1, 1, 1)])
def test_what_is_no_source_of_weights_is_refused(source):
    with pytest.raises(TypeError, match='expected a checkpoint, an exported safetensors file'):
        mmrestore.load(source)


@pytest.mark.parametrize('name', ['net.onnx', 'net.pt2'])
def test_exported_programs_are_named_as_such(name, tmp_path):
    (tmp_path / name).write_bytes(b'program')
    with pytest.raises(ValueError, match=f'{name} is a program for .* safetensors'):
        mmrestore.load(tmp_path / name, 'traps/quickstart')


def test_rounding_just_beyond_the_range_is_clipped(tiny):
    unit = RGB / 255 * 1.0005 - 0.0002
    assert np.abs(tiny(unit) - tiny(unit.clip(0, 1))).max() < 1e-3


@pytest.mark.parametrize('dtype', ['bfloat16', torch.float16])
def test_half_precision_is_near(dtype, tiny):
    half = restorer(dtype)
    difference = np.abs(half(RGB / 255) - tiny(RGB / 255)).max()
    assert 0 < difference < 0.05
    assert half(RGB).dtype == np.uint8 and half(RGB / 255).dtype == np.float64


@pytest.mark.parametrize('dtype', ['float64', 'int8', torch.float64])
def test_other_precisions_are_refused(dtype):
    with pytest.raises(ValueError, match='expected a dtype of float32, bfloat16, float16'):
        restorer(dtype)


@MODELS.register_module()
class DrawingNet(torch.nn.Module):
    """Draws numbers as the code of a plugin may, without a generator."""

    scale = size_multiple = 1

    def forward(self, x):
        noise = torch.rand(x.shape) + torch.rand_like(x)
        return 0.8 * x + 0.1 * torch.nn.functional.dropout(noise)


MASKS = {'attention_mask': {'type': 'TokenMask', 'layers': 'first', 'ratio': [0.1, 0.9]}}
MASKS['attention_mask'] |= {'at': 'output', 'channel_dim': 1, 'in_test': True}
RUNS = {'mean': {'type': 'MeanOfRuns', 'num_runs': 3}}
RANDOM = {
    'token masks': {'attachments': MASKS, 'inference': RUNS},
    'complementary masks': {'inference': {'masks': {'type': 'ComplementaryMasks'}}},
    'blind spots': {
        'backbone': {'_delete_': True, 'type': 'ATBSN', 'channels': 4},
        'inference': {
            'blind_spot': {'type': 'BlindSpot', 'shift': 1},
            'pad': {'type': 'Pad'},
            'down': {'type': 'PixelDownsampled', 'stride': 2},
            'refine': {'type': 'RandomReplacementRefinement', 'copies': 2},
        },
    },
    'bare draws': {'backbone': {'_delete_': True, 'type': 'DrawingNet'}},
    'local statistics': {
        'backbone': {
            '_delete_': True,
            'type': 'NAFNet',
            'channels': 4,
            'encoder_depths': [1],
            'decoder_depths': [1],
            'num_middle_blocks': 1,
        },
        'inference': {
            'local': {'type': 'LocalStatistics', 'train_size': 4},
            'pad': {'type': 'Pad'},
        },
    },
}


def _numpy_state() -> list[int]:
    return np.random.get_state()[1].tolist()  # noqa: NPY002 - it must not be touched


IMAGES = [RGB, RGB[::-1].copy()]


def _in_turn_alone_and_at_once(model: ImageRestorer, order: str, wait: float) -> tuple[list, list]:
    """Return what two images become one after the other, and in two threads.

    The second call begins while the first is in the network. In the order ``inside`` it also ends
    meanwhile; in the order ``across`` it ends after the first. Calls that wait for their turn
    cannot do so, and the pause ends after ``wait`` seconds.
    """
    alone = [model(image) for image in IMAGES]
    inside, ended = ([threading.Event(), threading.Event()] for _ in range(2))
    numbers: dict[int, int] = {}

    def pause(*_):
        number = numbers[threading.get_ident()]
        if inside[number].is_set():
            return
        inside[number].set()
        if (order, number) == ('inside', 0):
            ended[1].wait(wait)
        elif order == 'across':
            (inside[1] if number == 0 else ended[0]).wait(wait)

    def call(number):
        numbers[threading.get_ident()] = number
        if number == 1:
            assert inside[0].wait(30)
        made = model(IMAGES[number])
        ended[number].set()
        return made

    with ThreadPoolExecutor(2) as pool:
        model.model.backbone.register_forward_pre_hook(pause)
        return alone, list(pool.map(call, range(2)))


@pytest.mark.parametrize('order', ['inside', 'across'])
@pytest.mark.parametrize('name', RANDOM)
def test_two_threads_get_what_one_gets(name, order):
    model = restorer(**RANDOM[name])
    states = torch.get_rng_state(), _numpy_state(), random.getstate()
    alone, together = _in_turn_alone_and_at_once(model, order, 0.3)
    assert not np.array_equal(*alone)
    assert all(map(np.array_equal, alone, together))
    assert torch.get_rng_state().equal(states[0])
    assert (_numpy_state(), random.getstate()) == states[1:]


@pytest.mark.parametrize(('name', 'order'), [('token masks', 'inside'), ('blind spots', 'across')])
def test_threads_would_disturb_each_other_without_turns(name, order):
    model = restorer(**RANDOM[name])
    model.model._turns = nullcontext()
    alone, together = _in_turn_alone_and_at_once(model, order, 30)
    assert not all(map(np.array_equal, alone, together))


@pytest.mark.parametrize('name', RANDOM)
def test_four_threads_get_what_one_gets(name):
    model = restorer(**RANDOM[name])
    alone = [model(image) for image in IMAGES]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(model, IMAGES * 4))
    assert all(map(np.array_equal, alone * 4, together))
    if name == 'blind spots':
        assert model.model.backbone.shift == 5


@pytest.mark.parametrize('name', ['complementary masks', 'local statistics', 'bare draws'])
def test_threads_predict_at_the_same_time(name):
    model = restorer(**RANDOM[name])
    barrier = threading.Barrier(2)

    def meet(*_):
        barrier.wait(30)

    model.model.backbone.register_forward_pre_hook(meet)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(model, [RGB, RGB]))
    assert not barrier.broken


@pytest.mark.parametrize('name', ['token masks', 'bare draws'])
def test_the_seed_decides(name):
    first, other = restorer(**RANDOM[name]), restorer(**RANDOM[name], test_seed=1)
    torch.manual_seed(5)
    made = first(RGB)
    torch.manual_seed(6)
    assert np.array_equal(first(RGB), made) and not np.array_equal(other(RGB), made)


def _restore_in_a_process(path: str) -> bytes:
    return mmrestore.load(path, device='cpu')(RGB).tobytes()


def test_two_processes_use_one_file(tmp_path):
    config = tiny_config(tmp_path, model__attachments=MASKS)
    weights = init_restorer(config, device='cpu').state_dict()
    torch.save({'state_dict': weights, 'meta': {'cfg': config_text(config)}}, tmp_path / 'a.pth')
    path = str(tmp_path / 'a.pth')
    # Spawned processes would take seconds to import PyTorch.
    with ProcessPoolExecutor(2, multiprocessing.get_context('fork')) as pool:
        made = list(pool.map(_restore_in_a_process, [path, path]))
    assert made == [_restore_in_a_process(path)] * 2


def test_only_public_names_are_lazy():
    assert callable(mmrestore.load) and callable(mmrestore.list_models)
