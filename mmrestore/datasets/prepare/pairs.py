"""Extraction plans for paired data sets from their authors' archives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from mmrestore.datasets.prepare.archives import Plan, Read, named


def plan_gopro(files: Iterable[str], read: Read) -> Plan:
    """Plan GoPro: ``train/SEQUENCE/blur/FRAME.png`` becomes ``SEQUENCE-FRAME.png``; ``sharp`` too.

    The folders ``blur_gamma``, with the same blur of gamma-corrected frames, are skipped.

    Examples:
        >>> plan_gopro(['GOPRO/test/S_1/sharp/07.png'], bytes)['gopro_test']
        {'sharp/S_1-07.png': 'GOPRO/test/S_1/sharp/07.png'}
    """
    plan: Plan = {'gopro_train': {}, 'gopro_test': {}}
    rule = re.compile(r'(?:.*/)?(train|test)/([\w-]+)/(blur|sharp)/([\w-]+\.png)')
    for file in files:
        if match := rule.fullmatch(file):
            split, sequence, kind, frame = match.groups()
            plan[f'gopro_{split}'][f'{kind}/{sequence}-{frame}'] = file
    return plan


def plan_hide(files: Iterable[str], read: Read) -> Plan:
    """Plan HIDE: blurred images are below ``test``, sharp images of the same names in ``GT``.

    Examples:
        >>> files = ['HIDE/test/close-ups/1.png', 'HIDE/GT/1.png', 'HIDE/GT/2.png']
        >>> sorted(plan_hide(files, bytes)['hide'])
        ['blur/1.png', 'sharp/1.png']
    """
    files = set(files)
    sharp = named(files, r'(?:.*/)?GT/([\w-]+\.png)')
    blurred = named(files - set(sharp.values()), r'(?:.*/)?test/(?:.*/)?([\w-]+\.png)')
    plan = {f'blur/{name}': file for name, file in blurred.items()}
    plan |= {f'sharp/{name}': file for name, file in sharp.items() if name in blurred}
    return {'hide': plan}


def plan_realblur(files: Iterable[str], read: Read) -> Plan:
    """Plan RealBlur: the pairs in ``RealBlur_R_test_list.txt`` and J, as ``SCENE-NUMBER.png``.

    Examples:
        >>> files = ['J/scene4/gt/gt_7.png', 'J/scene4/blur/blur_7.png', 'RealBlur_J_test_list.txt']
        >>> plan = plan_realblur(files, lambda name: ' '.join(files[:2]).encode())
        >>> plan['realblur_j']['sharp/scene4-7.png']
        'J/scene4/gt/gt_7.png'
    """
    places = {_last_parts(file): file for file in files}
    lists = named(places.values(), r'(?:.*/)?RealBlur_([RJ])_test_list\.txt')
    rule = re.compile(r'(?:.*/)?([\w-]+)/(blur|gt)/(?:blur|gt)_(\d+\.png)')
    plan: Plan = {'realblur_r': {}, 'realblur_j': {}}
    for camera, list_file in lists.items():
        for path in read(list_file).decode().split():
            match, file = rule.fullmatch(path), places.get(_last_parts(path))
            if match and file:
                scene, kind, number = match.groups()
                part = 'sharp' if kind == 'gt' else 'blur'
                plan[f'realblur_{camera.lower()}'][f'{part}/{scene}-{number}'] = file
    return plan


def plan_polyu(files: Iterable[str], read: Read) -> Plan:
    """Plan PolyU: crops, noisy ``*_real`` and means of many shots ``*_mean``; no whole images.

    Examples:
        >>> files = ['CroppedImages/a_1_real.JPG', 'OriginalImages/a_mean.JPG']
        >>> plan_polyu(files, bytes)['polyu']
        {'a_1_real.JPG': 'CroppedImages/a_1_real.JPG'}
    """
    rule = r'(?:(?:.*/)?CroppedImages/)?([\w-]+_(?:real|mean)\.(?:JPG|jpg))'
    return {'polyu': named(files, rule)}


def plan_cc(files: Iterable[str], read: Read) -> Plan:
    """Plan CC: crops in ``Real_ccnoise_denoised_part``, ``*_real`` and ``*_mean``.

    Examples:
        >>> plan_cc(['Real_ccnoise_denoised_part/d600_1_mean.png'], bytes)['cc']
        {'d600_1_mean.png': 'Real_ccnoise_denoised_part/d600_1_mean.png'}
    """
    rule = r'(?:(?:.*/)?Real_ccnoise_denoised_part/)?([\w-]+_(?:real|mean)\.png)'
    return {'cc': named(files, rule)}


def _last_parts(file: str) -> str:
    return '/'.join(PurePosixPath(file).parts[-4:])
