"""Extraction plans for clean photographs from their authors' archives."""

from __future__ import annotations

from collections.abc import Iterable

from mmrestore.datasets.prepare.archives import Plan, Read, named


def plan_flickr2k(files: Iterable[str], read: Read) -> Plan:
    """Plan Flickr2K: full-size images ``000001.png``; LR images are named ``000001x2.png``.

    Examples:
        >>> plan_flickr2k(['Flickr2K_HR/000001.png', 'X2/000001x2.png'], bytes)['flickr2k']
        {'000001.png': 'Flickr2K_HR/000001.png'}
    """
    return {'flickr2k': named(files, r'(?:.*/)?(\d{6}\.png)')}


def plan_bsds500(files: Iterable[str], read: Read) -> Plan:
    """Plan BSDS500: the images of ``train`` and ``test``, without ``val``, which contains CBSD68.

    Examples:
        >>> files = ['images/train/100075.jpg', 'images/val/101085.jpg', 'images/test/2018.jpg']
        >>> sorted(plan_bsds500(files, bytes)['bsds400'])
        ['100075.jpg', '2018.jpg']
    """
    return {'bsds400': named(files, r'(?:.*/)?(?:train|test)/(\d+\.jpg)')}


def plan_wed(files: Iterable[str], read: Read) -> Plan:
    """Plan WED: the pristine images ``00001.bmp``.

    Examples:
        >>> plan_wed(['pristine_images/00001.bmp', 'readme.txt'], bytes)['wed']
        {'00001.bmp': 'pristine_images/00001.bmp'}
    """
    return {'wed': named(files, r'(?:.*/)?(\d{5}\.bmp)')}
