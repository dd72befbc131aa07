"""What can be learned from runs and networks after training."""

from mmrestore.analysis.curves import Curve, Run, plot, read_run, smooth

__all__ = ['Curve', 'Run', 'plot', 'read_run', 'smooth']
