"""The image metrics of the package torchmetrics: where they are, and what they take."""

from __future__ import annotations

from typing import Literal, NamedTuple

Values = Literal['unit', 'levels', 'bytes']
PLACE = 'torchmetrics.image'


class TorchMetricFacts(NamedTuple):
    """A metric of torchmetrics.

    Attributes:
        class_name: name of its class.
        module: where the class is.
        values: what images are given as: ``'unit'`` in [0, 1], ``'levels'`` in [0, 255], both in
            floating point, ``'bytes'`` uint8.
        color: whether its network needs three channels, so that those of gray images are repeated.
        pooled: whether a data set has one value, and its images have none.
    """

    class_name: str
    module: str = PLACE
    values: Values = 'unit'
    color: bool = False
    pooled: bool = False


def _inception(class_name: str, module: str) -> TorchMetricFacts:
    return TorchMetricFacts(class_name, f'{PLACE}.{module}', 'bytes', color=True, pooled=True)


# By the names under which they are known.
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
    """Return what is known of a metric; of one that is not in the table, the usual.

    Args:
        name: a name of ``TORCH_METRICS``, or of a class of ``torchmetrics.image``.

    Examples:
        >>> metric_facts('VIF') == metric_facts('VisualInformationFidelity')
        True
    """
    by_class = {facts.class_name: facts for facts in TORCH_METRICS.values()}
    return TORCH_METRICS.get(name) or by_class.get(name) or TorchMetricFacts(name)
