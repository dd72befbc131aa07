"""Data set of images in a folder, or of pairs in two folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from torch.utils.data import Dataset

from mmrestore.datasets.bad_files import BadFiles, Unreadable, try_to_read
from mmrestore.datasets.disk_cache import Decoding, load_from_disk, load_from_disk_if_room
from mmrestore.datasets.folder_check import FolderCheck, check_files
from mmrestore.datasets.folder_search import find_images
from mmrestore.datasets.garbage import no_garbage_collection
from mmrestore.datasets.listing import (
    choose,
    fit,
    fit_both,
    not_there,
    pair,
    problem_list,
    read_list_file,
)
from mmrestore.datasets.load_decoded import LoadDecoded
from mmrestore.datasets.memory_cache import load_all
from mmrestore.datasets.noise_again import check_no_noise_again
from mmrestore.datasets.picture import Header, ImageSize
from mmrestore.datasets.sample_key import SampleKey, as_sample_key, other_key, sample_rng
from mmrestore.datasets.titles import titles_of
from mmrestore.datasets.transforms.base import stated_by
from mmrestore.files import expand, printable
from mmrestore.registry import DATASETS, TRANSFORMS

CHECKS = ('header', 'decode')
ON_ERROR = ('raise', 'skip')
CACHES = (False, True, 'disk', 'auto')
IN_PLACE = 2  # random stream of replacements for unreadable samples


@DATASETS.register_module()
class ImageFolder(Dataset):
    """Images of a folder, or pairs of two folders, in natural order of their names.

    All files are checked when the data set is built: files must be complete images, pairs must be
    complete and match in size, all inputs must have the same bit depth, as must all targets, and no
    image may be smaller than the pipeline requires. A sample starts as a dictionary that passes
    through the pipeline. Its items are ``img_path``, ``gt_path`` (for pairs), ``dataset`` (name of
    the data set), ``title`` (relative name of the image, or of the target for pairs, without
    extension) and ``rng`` (generator of the sample, ``sample_rng(key)``).

    Args:
        root: folder of the images, or of the inputs for pairs.
        pipeline: transforms or their configs, in a list or by name; None skips a step.
        name: name of the data set in results; the folder name of ``root`` if None.
        gt_root: folder of the targets, which may be ``root``; None for single images.
        pattern: name pattern of the images, without extension; only matching files are used. In a
            pair, ``{}`` stands for the same text in both names: ``'{}x4'`` with
            ``gt_pattern='{}'`` pairs ``0001x4.png`` with ``0001.png``.
        gt_pattern: name pattern of the targets, without extension.
        scale: ratio of target size to input size.
        list_file: file with the names of the images to use, one per line, with or without
            extension, or only the text for ``{}``.
        files: names of the images to use, instead of ``list_file``.
        recursive: also search subfolders.
        check: ``'header'`` decodes only files that cannot be checked otherwise, see
            ``inspect_image``; ``'decode'`` decodes all files, which also finds damage within a
            JPEG.
        cache: True decodes all images once and keeps them in memory, height * width * channels
            bytes per image (twice as much for 16 bit). Forked workers share them, spawned workers
            copy them. Deterministic transforms after decoding, such as noise with a fixed seed, are
            also applied only once. ``'disk'`` keeps the decoded images on disk for all processes
            and later trainings; only the pixels of a patch are read. ``'auto'`` is ``'disk'`` if
            the images use at most half of the free space, otherwise False; the choice is logged.
        cache_dir: folder for decoded images on disk, by default ``decoded`` in the cache folder
            (``MMRESTORE_CACHE``, else ``~/.cache/mmrestore``).
        fixed_patches: pass n repeats the crops of pass n mod ``fixed_patches``: each image has this
            many patches, including flips and rotations, in the whole training.
        noisy_inputs: True if the inputs are already noisy, so that no noise may be added; None
            means True for pairs of equal size. Set False for blurred or compressed inputs to which
            noise is added.
        on_error: handling of unreadable files: ``'raise'`` stops; ``'skip'`` draws another sample,
            which depends only on the sample key. ``'skip'`` is for training: samples requested by a
            plain index are never replaced.
        max_bad_share: share of unreadable samples above which ``'skip'`` also stops.

    Raises:
        ValueError: a folder or list file is missing or empty, or images fail the checks; the
            message lists all of them.
    """

    gives_clean_images = False  # unpaired clean images for a discriminator, see UnpairedDataset

    def __init__(
        self,
        root: str | Path,
        *,
        pipeline: Sequence[Any] | Mapping[str, Any],
        name: str | None = None,
        gt_root: str | Path | None = None,
        pattern: str = '{}',
        gt_pattern: str = '{}',
        scale: int = 1,
        list_file: str | Path | None = None,
        files: Sequence[str] | None = None,
        recursive: bool = True,
        check: str = 'header',
        cache: bool | str = False,
        cache_dir: str | Path | None = None,
        fixed_patches: int | None = None,
        noisy_inputs: bool | None = None,
        on_error: str = 'raise',
        max_bad_share: float = 0.01,
    ) -> None:
        if check not in CHECKS:
            raise ValueError(f'check must be one of {CHECKS}, got {check!r}')
        if on_error not in ON_ERROR:
            raise ValueError(f'on_error must be one of {ON_ERROR}, got {on_error!r}')
        if cache not in CACHES:
            raise ValueError(f'cache must be one of {CACHES}, got {cache!r}')
        if fixed_patches is not None and fixed_patches < 1:
            raise ValueError(f'fixed_patches must be at least 1, got {fixed_patches}')
        if list_file is not None and files is not None:
            raise ValueError('expected either list_file or files, got both')
        if gt_root is None and (gt_pattern, scale) != ('{}', 1):
            raise ValueError('gt_pattern and scale need targets: set their folder, gt_root')
        self.root = expand(root)
        self.gt_root = None if gt_root is None else expand(gt_root)
        # Strings instead of pathlib, which takes seconds for 100,000 files.
        self._inputs, self._targets = _beginning(self.root), _beginning(self.gt_root or self.root)
        self.scale = scale
        self.fixed_patches = fixed_patches
        self.name = name or printable(self.root.resolve().name)
        self.transforms = build_pipeline(pipeline)
        if noisy_inputs is None:
            noisy_inputs = gt_root is not None and scale == 1
        self.noisy_inputs = noisy_inputs
        check_no_noise_again(self, self.transforms)
        wanted = files if list_file is None else read_list_file(expand(list_file))
        self.bad_files: BadFiles | None = None
        self._refused: dict[int, Unreadable] = {}  # samples that failed the check
        with no_garbage_collection():
            self.samples, problems = self._find(pattern, gt_pattern, wanted, recursive)
            self.titles = titles_of([target or name for name, target in self.samples])
            if on_error == 'skip':
                self.bad_files = BadFiles(self.name, len(self), max_share=max_bad_share)
            checked = self._check_files(decode=check == 'decode')
        problems += checked.problems
        if problems:
            raise ValueError(problem_list(f'the data set {self.name!r} in {self.root}', problems))
        self._cached: list[dict | Unreadable] | None = None
        if isinstance(cache, str):
            self._use_disk(checked.headers, cache_dir, optional=cache == 'auto')
        elif cache:
            self._fill_cache()

    @property
    def metainfo(self) -> dict[str, str]:
        """Metadata of the data set for MMEngine's metrics."""
        return {'name': self.name}

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, key: SampleKey | int) -> Any:
        """Return the packed sample of ``key``; random draws depend only on the key."""
        sample = as_sample_key(key)
        if self.fixed_patches is not None:
            sample = sample._replace(epoch=sample.epoch % self.fixed_patches)
        results = self._read(sample)
        while isinstance(results, Unreadable):
            if self.bad_files is None or not isinstance(key, SampleKey):
                raise results.error
            self.bad_files.add(sample.index, str(results.error))
            sample = other_key(sample, len(self), IN_PLACE)
            results = self._read(sample)
        for transform in self.transforms if self._cached is not None else self.transforms[1:]:
            results = transform(results)
        return results

    def _read(self, key: SampleKey) -> dict[str, Any] | Unreadable:
        """Return the results of the first transform, which reads the files."""
        rng = sample_rng(key)
        if self._cached is not None:
            cached = self._cached[key.index]
            return {**cached, 'rng': rng} if isinstance(cached, dict) else cached
        if key.index in self._refused:
            return self._refused[key.index]
        first = self.transforms[0] if self.transforms else dict
        return try_to_read(first, {**self._start(key.index), 'rng': rng})

    def _find(
        self, pattern: str, gt_pattern: str, wanted: Sequence[str] | None, recursive: bool
    ) -> tuple[list[tuple[str, str | None]], list[str]]:
        """Return the relative names (input, target) of all samples, and the problems found."""
        names = find_images(self.root, recursive=recursive)
        targets: dict[str, str] = {}
        if self.gt_root is None:
            inputs = fit(names, pattern)
        elif self.gt_root.resolve() == self.root.resolve():
            inputs, targets = fit_both(names, pattern, gt_pattern)
        else:
            inputs = fit(names, pattern)
            targets = fit(find_images(self.gt_root, recursive=recursive), gt_pattern)
        if not inputs:
            raise ValueError(
                f'none of the {len(names)} images in {self.root}, such as {names[0]}, matches the '
                f'pattern {pattern!r}: change `pattern`'
            )
        missing: list[str] = []
        if wanted is not None:
            inputs, missing = choose(inputs, wanted)
        problems = [not_there(name) for name in missing]
        if self.gt_root is None:
            return [(name, None) for name in inputs], problems
        pairs, unpaired = pair(inputs, targets, complete=wanted is None)
        return list(pairs), problems + unpaired

    def _check_files(self, *, decode: bool) -> FolderCheck:
        """Check the files; unreadable files are problems unless they may be skipped."""
        starts = [self._start(index) for index in range(len(self))]
        checked = check_files(starts, least=self.minimum_size, scale=self.scale, decode=decode)
        self.sizes = {path: header.size for path, header in checked.headers.items()}
        if self.bad_files is None:
            reasons = [reason for _, reason in checked.unreadable]
            return checked._replace(problems=reasons + checked.problems)
        for index, reason in checked.unreadable:  # replaced when drawn
            self._refused[index] = Unreadable(ValueError(reason))
            self.bad_files.add(index, reason)
        return checked

    @property
    def minimum_size(self) -> ImageSize:
        """Minimum height and width of an image that the transforms require."""
        sizes = [stated_by(transform).minimum_size for transform in self.transforms]
        heights, widths = zip(*sizes, (1, 1), strict=True)
        return ImageSize(max(heights), max(widths))

    @property
    def decodes_files(self) -> bool:
        """True if an image file is decoded for each sample."""
        first = next(iter(self.transforms), None)
        return self._cached is None and not isinstance(first, LoadDecoded)

    def files_of(self, index: int) -> list[str]:
        """Return the file of a sample, or the files of input and target for a pair."""
        start = self._start(index)
        return [start[key] for key in ('img_path', 'gt_path') if key in start]

    def _start(self, index: int) -> dict[str, Any]:
        name, target = self.samples[index]
        results = {'img_path': self._inputs + name, 'dataset': self.name}
        results['title'] = self.titles[index]
        if target is not None:
            results['gt_path'] = self._targets + target
        return results

    def _use_disk(
        self, headers: Mapping[str, Header], cache_dir: str | Path | None, *, optional: bool
    ) -> None:
        """Let the first transform load decoded images; if ``optional``, only with enough space."""
        files = {self.root: {self._inputs + name: name for name, _ in self.samples}}
        if self.gt_root is not None:
            targets = {self._targets + name: name for _, name in self.samples if name is not None}
            files[self.gt_root] = {**files.get(self.gt_root, {}), **targets}
        skips = self.bad_files is not None
        decoding = Decoding(self.name, files, headers, cache_dir, skips)
        choose_load = load_from_disk_if_room if optional else load_from_disk
        first = self.transforms[0] if self.transforms else dict
        self.transforms[:1] = [choose_load(decoding, first)]

    def _fill_cache(self) -> None:
        """Cache the results of the first transforms, and remove these from the pipeline."""
        steps = list(takewhile(lambda step: stated_by(step).cacheable, self.transforms))
        if not steps:
            raise ValueError('cache=True needs LoadImage as first transform of the pipeline')
        self.transforms = self.transforms[len(steps) :]
        starts = [self._start(index) for index in range(len(self))]
        self._cached = load_all(steps, starts, refused=self._refused, bad_files=self.bad_files)


def _beginning(root: Path) -> str:
    """Return the prefix of paths of files in a folder.

    Examples:
        >>> _beginning(Path('a/b')) + 'c.png', _beginning(Path('.')) + 'c.png'
        ('a/b/c.png', 'c.png')
    """
    return '' if root == Path() else os.path.join(root, '')


def build_pipeline(pipeline: Sequence[Any] | Mapping[str, Any]) -> list[Callable[[dict], Any]]:
    """Build transforms from configs, in a list or a dictionary; None is skipped."""
    steps = list(pipeline.values()) if isinstance(pipeline, Mapping) else list(pipeline)
    return [TRANSFORMS.build(s) if isinstance(s, dict) else s for s in steps if s is not None]
