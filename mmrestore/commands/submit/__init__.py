"""Write benchmark results for submission to their servers."""

COMMANDS = ('sidd', 'dnd')
