"""Prepare and verify data sets."""

COMMANDS = (
    *('prepare', 'verify', 'subset', 'sub-images', 'faces'),
    *('convert-monte-carlo', 'render-monte-carlo'),
)
