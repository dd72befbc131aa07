"""Analyses of runs and networks after training."""

from mmrestore.analysis.cka import MinibatchCKA, gram_matrices, linear_cka, unbiased_hsic
from mmrestore.analysis.distribution import Histogram, histogram, value_range
from mmrestore.analysis.features import collect_features, deepest_layer, find_layers
from mmrestore.analysis.leak import LeakReport, check_restorer, find_leaks
from mmrestore.analysis.noise_correlation import (
    Correlations,
    CrossCorrelation,
    adjacent_pixels,
    against_distance,
    cell_pixels,
    correlate_pairs,
    same_image,
)
from mmrestore.analysis.patches import read_patches
from mmrestore.analysis.ranking import Ranking, rank_validations
from mmrestore.analysis.srga import (
    GeneralizedGaussian,
    fit_features,
    fit_generalized_gaussian,
    kl_divergence,
    srga_index,
)
from mmrestore.engine.curves import Curve, Run, matching_keys, plot, read_run, smooth

__all__ = [
    'Correlations',
    'CrossCorrelation',
    'Curve',
    'GeneralizedGaussian',
    'Histogram',
    'LeakReport',
    'MinibatchCKA',
    'Ranking',
    'Run',
    'adjacent_pixels',
    'against_distance',
    'cell_pixels',
    'check_restorer',
    'collect_features',
    'correlate_pairs',
    'deepest_layer',
    'find_layers',
    'find_leaks',
    'fit_features',
    'fit_generalized_gaussian',
    'gram_matrices',
    'histogram',
    'kl_divergence',
    'linear_cka',
    'matching_keys',
    'plot',
    'rank_validations',
    'read_patches',
    'read_run',
    'same_image',
    'smooth',
    'srga_index',
    'unbiased_hsic',
    'value_range',
]
