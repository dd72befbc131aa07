"""Table of the image metrics of the package torchmetrics."""

from __future__ import annotations

from typing import Literal, NamedTuple

Values = Literal['unit', 'levels', 'bytes']
PLACE = 'torchmetrics.image'


class TorchMetricFacts(NamedTuple):
    """Properties of a torchmetrics metric.

    Attributes:
        class_name: name of the class.
        module: module of the class.
        values: value range of the images: ``'unit'`` is [0, 1] and ``'levels'`` [0, 255] in
            floating point, ``'bytes'`` is uint8.
        color: True if its network needs three channels; gray images are then repeated.
        pooled: True if a data set has one value and single images have none.
    """

    class_name: str
    module: str = PLACE
    values: Values = 'unit'
    color: bool = False
    pooled: bool = False


def _inception(class_name: str, module: str) -> TorchMetricFacts:
    return TorchMetricFacts(class_name, f'{PLACE}.{module}', 'bytes', color=True, pooled=True)


# Keyed by common names.
TORCH_METRICS = {
    'MS-SSIM': TorchMetricFacts('MultiScaleStructuralSimilarityIndexMeasure'),
    'DISTS': TorchMetricFacts('DeepImageStructureAndTextureSimilarity', color=True),
    'VIF': TorchMetricFacts('VisualInformationFidelity', values='levels'),
    'UQI': TorchMetricFacts('UniversalImageQualityIndex'),
    'SCC': TorchMetricFacts('SpatialCorrelationCoefficient'),
    'SAM': TorchMetricFacts('SpectralAngleMapper'),
    'ERGAS': TorchMetricFacts('ErrorRelativeGlobalDimensionlessSynthesis'),
    'TV': TorchMetricFacts('TotalVariation'),
    'PSNR-B': TorchMetricFacts('PeakSignalNoiseRatioWithBlockedEffect'),
    'FID': _inception('FrechetInceptionDistance', 'fid'),
    'KID': _inception('KernelInceptionDistance', 'kid'),
    'MIFID': _inception('MemorizationInformedFrechetInceptionDistance', 'mifid'),
    'IS': _inception('InceptionScore', 'inception'),
    'LPIPS (torchmetrics)': TorchMetricFacts(
        'LearnedPerceptualImagePatchSimilarity', f'{PLACE}.lpip', color=True
    ),
    'ARNIQA': TorchMetricFacts('ARNIQA', f'{PLACE}.arniqa', color=True),
}


def metric_facts(name: str) -> TorchMetricFacts:
    """Return the properties of a metric; defaults if it is not in the table.

    Args:
        name: a name in ``TORCH_METRICS``, or the name of a class in ``torchmetrics.image``.

    Examples:
        >>> metric_facts('VIF') == metric_facts('VisualInformationFidelity')
        True
    """
    by_class = {facts.class_name: facts for facts in TORCH_METRICS.values()}
    return TORCH_METRICS.get(name) or by_class.get(name) or TorchMetricFacts(name)
