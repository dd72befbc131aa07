"""GRL-S with shuffled pixels for 4 to 30 of 300 epochs (TRAPS, Table 6)."""

title = 'TRAPS: when to stop, GRL-S'
fixed = 'Arms, lengths and test sets are those of the paper, the seeds ours.'
control = 'none'
seeds = [0, 1, 2]
arms = dict(
    none=dict(config='supervised/grl_s'),
    stop_4=dict(config='traps/grl_s', overrides={'default_hooks.shuffle_schedule.stop': 4}),
    stop_8=dict(config='traps/grl_s', overrides={'default_hooks.shuffle_schedule.stop': 8}),
    stop_10=dict(config='traps/grl_s', overrides={'default_hooks.shuffle_schedule.stop': 10}),
    stop_16=dict(config='traps/grl_s', overrides={'default_hooks.shuffle_schedule.stop': 16}),
    stop_20=dict(config='traps/grl_s', overrides={'default_hooks.shuffle_schedule.stop': 20}),
    stop_24=dict(config='traps/grl_s', overrides={'default_hooks.shuffle_schedule.stop': 24}),
    stop_30=dict(config='traps/grl_s', overrides={'default_hooks.shuffle_schedule.stop': 30}),
)
