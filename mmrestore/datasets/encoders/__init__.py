"""Encoders of image files, one module per format."""
