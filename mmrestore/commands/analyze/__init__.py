"""Analyze trained networks, runs, configs and noisy images."""

COMMANDS = (
    *('generalization', 'cka', 'srga', 'feature-distribution', 'leak', 'noise-correlation'),
    *('noise', 'blind-spots', 'rank-checkpoints', 'plot-curves', 'screen-gallery', 'parity'),
)
