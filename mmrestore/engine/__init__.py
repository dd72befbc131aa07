"""Training runtime: runner, loops, hooks, mixed precision and multi-process setup."""

from mmrestore.engine import hooks
from mmrestore.engine.amp_optim_wrapper import AmpOptimWrapper
from mmrestore.engine.launch import init_process_group, process_group
from mmrestore.engine.loops import EpochTrainLoop, IterTrainLoop
from mmrestore.engine.optim_wrappers import OptimWrapper, SeparateOptimWrappers
from mmrestore.engine.runner import Runner
from mmrestore.engine.vis_backend import LocalVisBackend
from mmrestore.engine.visualizer import Visualizer

__all__ = [
    'AmpOptimWrapper',
    'EpochTrainLoop',
    'IterTrainLoop',
    'LocalVisBackend',
    'OptimWrapper',
    'Runner',
    'SeparateOptimWrappers',
    'Visualizer',
    'hooks',
    'init_process_group',
    'process_group',
]
