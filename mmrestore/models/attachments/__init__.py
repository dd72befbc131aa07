"""Attachments act inside a network without being part of it: token masks, dropout."""

from mmrestore.models.attachments.base import Attachment, matching_layers
from mmrestore.models.attachments.dropout import FeatureDropout
from mmrestore.models.attachments.token_mask import TokenMask

__all__ = ['Attachment', 'FeatureDropout', 'TokenMask', 'matching_layers']
