"""Write results of benchmarks for their servers."""

COMMANDS = ('sidd', 'dnd')
