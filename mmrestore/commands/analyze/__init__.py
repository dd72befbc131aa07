"""Learn from trained networks, runs and configs."""

COMMANDS = (
    *('generalization', 'cka', 'srga', 'feature-distribution', 'leak', 'noise-correlation'),
    *('noise', 'blind-spots', 'rank-checkpoints', 'plot-curves', 'screen-gallery', 'parity'),
)
