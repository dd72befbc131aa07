"""Prepare and verify data sets; measure how fast they are read."""

COMMANDS = (
    *('prepare', 'verify', 'subset', 'sub-images', 'faces', 'benchmark'),
    *('convert-monte-carlo', 'render-monte-carlo'),
)
