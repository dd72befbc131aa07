"""Readers of released checkpoints: one module for each network, one function for each release."""

from mmrestore.models.official.swinir import official_swinir

__all__ = ['official_swinir']
