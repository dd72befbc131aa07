"""Pictures as the bytes of a file, one format a module."""
