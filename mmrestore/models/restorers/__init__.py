"""Restorers: what is optimised and what is predicted, without network code."""

from mmrestore.models.restorers.restorer import Restorer

__all__ = ['Restorer']
