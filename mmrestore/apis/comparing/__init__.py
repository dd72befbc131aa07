"""Experiments: training arms with seeds, tested and compared with a control."""

from mmrestore.apis.comparing.compare import compare
from mmrestore.apis.comparing.experiment import Arm, Experiment, read_experiment

__all__ = ['Arm', 'Experiment', 'compare', 'read_experiment']
