"""What other programs call."""

from mmrestore.apis.inference import init_restorer, restore, restore_files, write_image

__all__ = ['init_restorer', 'restore', 'restore_files', 'write_image']
