"""SwinIR-S with and without TRAPS for 600 epochs (TRAPS, figure 7b)."""

title = 'TRAPS: SwinIR-S, 600 epochs'
fixed = 'Arms, length and test sets are those of the paper, the seeds ours.'
control = 'none'
seeds = [0, 1, 2]
overrides = {'train_cfg.max_epochs': 600}
arms = dict(none=dict(config='supervised/swinir_s'), traps=dict(config='traps/swinir_s'))
