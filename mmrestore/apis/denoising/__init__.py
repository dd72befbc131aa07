"""Denoising a folder of photographs without clean ones: the steps of ``mmrestore denoise``."""
