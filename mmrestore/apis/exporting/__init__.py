"""Export formats, one file per format, each with a function ``write``."""
