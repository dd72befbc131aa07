"""Clean photographs from the archives of their authors into the layout of the configs."""

from __future__ import annotations

from collections.abc import Iterable

from mmrestore.datasets.prepare.archives import Plan, Read, named


def plan_flickr2k(files: Iterable[str], read: Read) -> Plan:
    """The images of full size, ``000001.png``; those of the LR folders are ``000001x2.png``.

    Examples:
        >>> plan_flickr2k(['Flickr2K_HR/000001.png', 'X2/000001x2.png'], bytes)['flickr2k']
        {'000001.png': 'Flickr2K_HR/000001.png'}
    """
    return {'flickr2k': named(files, r'(?:.*/)?(\d{6}\.png)')}


def plan_bsds500(files: Iterable[str], read: Read) -> Plan:
    """The images of ``train`` and ``test``; those of CBSD68 are among ``val``, which is left out.

    Examples:
        >>> files = ['images/train/100075.jpg', 'images/val/101085.jpg', 'images/test/2018.jpg']
        >>> sorted(plan_bsds500(files, bytes)['bsds400'])
        ['100075.jpg', '2018.jpg']
    """
    return {'bsds400': named(files, r'(?:.*/)?(?:train|test)/(\d+\.jpg)')}


def plan_wed(files: Iterable[str], read: Read) -> Plan:
    """The pristine images, ``00001.bmp``.

    Examples:
        >>> plan_wed(['pristine_images/00001.bmp', 'readme.txt'], bytes)['wed']
        {'00001.bmp': 'pristine_images/00001.bmp'}
    """
    return {'wed': named(files, r'(?:.*/)?(\d{5}\.bmp)')}
