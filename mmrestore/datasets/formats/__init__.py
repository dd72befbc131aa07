"""Decoders of image files, one module per format."""

from mmrestore.datasets.formats.base import ImageFormat
from mmrestore.datasets.formats.bmp import BmpFile
from mmrestore.datasets.formats.jpeg import JpegFile
from mmrestore.datasets.formats.png import PngFile
from mmrestore.datasets.formats.pnm import PnmFile
from mmrestore.datasets.formats.tiff import TiffFile
from mmrestore.datasets.formats.unread import unread_format
from mmrestore.datasets.formats.webp import WebpFile

FORMATS: tuple[type[ImageFormat], ...] = (PngFile, JpegFile, TiffFile, WebpFile, BmpFile, PnmFile)

__all__ = ['FORMATS', 'ImageFormat', 'unread_format']
