"""Hooks: each does one thing at one event of the run."""

from mmrestore.engine.hooks.bad_files_hook import BadFilesHook
from mmrestore.engine.hooks.batch_transform_schedule_hook import BatchTransformScheduleHook
from mmrestore.engine.hooks.checkpoint_hook import CheckpointHook
from mmrestore.engine.hooks.consistency_ramp_hook import ConsistencyRampHook
from mmrestore.engine.hooks.curve_hook import CurveHook
from mmrestore.engine.hooks.data_check_hook import DataCheckHook
from mmrestore.engine.hooks.data_wait_hook import DataWaitHook
from mmrestore.engine.hooks.discriminator_collapse_hook import DiscriminatorCollapseHook
from mmrestore.engine.hooks.finite_loss_hook import FiniteLossHook
from mmrestore.engine.hooks.initial_weights_hook import InitialWeightsHook
from mmrestore.engine.hooks.iteration_hooks import (
    AverageBuffersHook,
    IterationSeedHook,
    ThroughputHook,
    TrimHistoryHook,
    iteration_seed,
)
from mmrestore.engine.hooks.logger_hook import LoggerHook
from mmrestore.engine.hooks.mask_ratio_schedule_hook import MaskRatioScheduleHook
from mmrestore.engine.hooks.metric_network_hook import MetricNetworkHook
from mmrestore.engine.hooks.picture_hook import PictureHook, side_by_side
from mmrestore.engine.hooks.record_hook import RecordHook
from mmrestore.engine.hooks.restored_images_hook import RestoredImagesHook
from mmrestore.engine.hooks.runtime_info_hook import RuntimeInfoHook
from mmrestore.engine.hooks.summary_hook import SummaryHook
from mmrestore.engine.hooks.teacher_update_hook import TeacherUpdateHook

__all__ = [
    'AverageBuffersHook',
    'BadFilesHook',
    'BatchTransformScheduleHook',
    'CheckpointHook',
    'ConsistencyRampHook',
    'CurveHook',
    'DataCheckHook',
    'DataWaitHook',
    'DiscriminatorCollapseHook',
    'FiniteLossHook',
    'InitialWeightsHook',
    'IterationSeedHook',
    'LoggerHook',
    'MaskRatioScheduleHook',
    'MetricNetworkHook',
    'PictureHook',
    'RecordHook',
    'RestoredImagesHook',
    'RuntimeInfoHook',
    'SummaryHook',
    'TeacherUpdateHook',
    'ThroughputHook',
    'TrimHistoryHook',
    'iteration_seed',
    'side_by_side',
]
