"""Named evaluation protocols: PSNR and SSIM settings of benchmarks."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mmrestore.evaluation.torch_metrics_table import TORCH_METRICS
from mmrestore.registry import METRICS

CROPPING = ('PSNR', 'SSIM', 'NIQE')  # metrics with a `crop_border`


class Protocol(NamedTuple):
    """Evaluation protocol: settings of metrics.

    Attributes:
        purpose: benchmarks and settings in one line.
        settings: arguments of metrics by metric name; others keep their defaults.
    """

    purpose: str
    settings: Mapping[str, Mapping[str, Any]]


def _protocol(purpose: str, *, psnr: Mapping = {}, ssim: Mapping = {}) -> Protocol:
    return Protocol(purpose, {'PSNR': psnr, 'SSIM': ssim})


_Y, _ALIGN = {'channel': 'y'}, {'align': True}
PROTOCOLS = {
    'rgb': _protocol('all channels, 8 bit'),
    'y': _protocol('luma, 8 bit', psnr=_Y, ssim=_Y),
    'denoising': _protocol('DIV2K, Kodak24 and others: PSNR of RGB, SSIM of the luma', ssim=_Y),
    'sidd': _protocol('SIDD, DND, PolyU and other camera noise: all channels'),
    'deblurring': _protocol('GoPro and HIDE: PSNR of RGB, SSIM of the luma', ssim=_Y),
    'realblur': _protocol(
        'RealBlur: as deblurring, aligned with the target', psnr=_ALIGN, ssim={**_Y, **_ALIGN}
    ),
    **{
        f'sr{scale}': _protocol(
            f'super-resolution by {scale}: luma without a border of {scale}',
            psnr={**_Y, 'crop_border': scale},
            ssim={**_Y, 'crop_border': scale},
        )
        for scale in (2, 3, 4)
    },
}


def find_protocol(name: str) -> Protocol:
    """Return the protocol with this name.

    Raises:
        ValueError: the name is unknown; the message lists all names.

    Examples:
        >>> find_protocol('sr4').settings['PSNR']
        {'channel': 'y', 'crop_border': 4}
    """
    if name not in PROTOCOLS:
        raise ValueError(f'there is no protocol {name!r}: expected {", ".join(PROTOCOLS)}')
    return PROTOCOLS[name]


def protocol_metrics(
    protocol: str, metrics: Sequence[str | Mapping[str, Any]], *, crop_border: int | None = None
) -> list[dict[str, Any]]:
    """Return the configs of metrics under a protocol.

    Args:
        protocol: a name in ``PROTOCOLS``.
        metrics: names of metrics of this package, of ``TORCH_METRICS`` or of classes in
            ``torchmetrics.image``; or configs, which are used unchanged.
        crop_border: number of pixels that PSNR, SSIM and NIQE exclude at each side, instead of the
            protocol's value.

    Raises:
        ValueError: a protocol or metric is unknown, a metric is given twice, or none is given.

    Examples:
        >>> protocol_metrics('y', ['PSNR', 'DISTS'])
        [{'type': 'PSNR', 'channel': 'y'}, {'type': 'TorchMetric', 'metric': 'DISTS'}]
    """
    settings = find_protocol(protocol).settings
    configs = []
    for metric in metrics:
        if isinstance(metric, Mapping):
            configs.append(dict(metric))
            continue
        config = {**_named(metric), **settings.get(metric, {})}
        if crop_border is not None and metric in CROPPING:
            config['crop_border'] = crop_border
        configs.append(config)
    names = [str(c.get('name') or c.get('metric') or c.get('type')) for c in configs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f'metrics are given twice: {", ".join(twice)}')
    if not configs:
        raise ValueError('expected at least one metric, got none')
    return configs


def _named(name: str) -> dict[str, Any]:
    """Return the config of a metric with this name."""
    if name in METRICS.module_dict and name != 'TorchMetric':
        return {'type': name}
    if name in TORCH_METRICS or (name[:1].isupper() and any(c.islower() for c in name)):
        return {'type': 'TorchMetric', 'metric': name}
    known = ['PSNR', 'SSIM', 'LPIPS', 'NIQE', *TORCH_METRICS]
    near = difflib.get_close_matches(name.upper(), known, n=2)
    hint = f'did you mean {" or ".join(near)}?' if near else f'known are {", ".join(known)}'
    raise ValueError(f'there is no metric {name!r}: {hint}')
