"""Prepare, verify and benchmark data sets."""

COMMANDS = (
    *('prepare', 'verify', 'subset', 'sub-images', 'faces', 'benchmark'),
    *('convert-monte-carlo', 'render-monte-carlo'),
)
