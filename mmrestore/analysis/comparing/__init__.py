"""Experiments: training arms with seeds, tested and compared with a control."""

from mmrestore.analysis.comparing.compare import compare
from mmrestore.analysis.comparing.experiment import Arm, Experiment, read_experiment

__all__ = ['Arm', 'Experiment', 'compare', 'read_experiment']
