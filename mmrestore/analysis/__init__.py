"""What can be learned from runs and networks after training."""

from mmrestore.analysis.cka import MinibatchCKA, gram_matrices, linear_cka, unbiased_hsic
from mmrestore.analysis.curves import Curve, Run, matching_keys, plot, read_run, smooth
from mmrestore.analysis.distribution import Histogram, histogram, value_range
from mmrestore.analysis.features import collect_features, deepest_layer, find_layers
from mmrestore.analysis.patches import read_patches
from mmrestore.analysis.srga import (
    GeneralizedGaussian,
    fit_features,
    fit_generalized_gaussian,
    kl_divergence,
    srga_index,
)

__all__ = [
    'Curve',
    'GeneralizedGaussian',
    'Histogram',
    'MinibatchCKA',
    'Run',
    'collect_features',
    'deepest_layer',
    'find_layers',
    'fit_features',
    'fit_generalized_gaussian',
    'gram_matrices',
    'histogram',
    'kl_divergence',
    'linear_cka',
    'matching_keys',
    'plot',
    'read_patches',
    'read_run',
    'smooth',
    'srga_index',
    'unbiased_hsic',
    'value_range',
]
