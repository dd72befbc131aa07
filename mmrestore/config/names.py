"""Config files by path, and shipped configs by name."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from mmrestore.deprecation import warn_deprecated
from mmrestore.plugins import GROUP
from mmrestore.registry import suggest

SUFFIXES = ('.py', '.json', '.yaml', '.yml')
STRATEGIES = '_base_/strategies'
MOVED = {  # renamed configs by their former names
    'amsnet/small_nafnet_b': 'small/amsnet_nafnet_b',
    'amsnet/small_nafnet_p': 'small/amsnet_nafnet_p',
    'amsnet/small_restormer_b': 'small/amsnet_restormer_b',
    'amsnet/small_restormer_p': 'small/amsnet_restormer_p',
    'amsnet/small_undilated_b': 'small/amsnet_undilated_b',
    'apbsn/small': 'small/apbsn',
    'apbsn/small_undilated': 'small/apbsn_undilated',
    'apr_rd/small_apr': 'small/apr',
    'apr_rd/small_atbsn': 'small/atbsn',
    'apr_rd/small_bm3d': 'small/bm3d',
    'apr_rd/small_d': 'small/d',
    'apr_rd/small_rd': 'small/rd',
    'masked/small': 'small/masked',
    'masked/small_baseline': 'small/masked_baseline',
    'two_stage/small_dmnet': 'small/dmnet',
    'two_stage/small_dmnet_3_stages': 'small/dmnet_3_stages',
    'two_stage/small_dmnet_both': 'small/dmnet_both',
    'two_stage/small_dmnet_niqe': 'small/dmnet_niqe',
    'two_stage/small_dmnet_plus': 'small/dmnet_plus',
    'two_stage/small_edsr': 'small/edsr',
    'two_stage/small_edsr_3_stages': 'small/edsr_3_stages',
    'two_stage/small_edsr_both': 'small/edsr_both',
    'two_stage/small_edsr_niqe': 'small/edsr_niqe',
    'two_stage/small_edsr_plus': 'small/edsr_plus',
}


def find_config(name: str | Path) -> Path:
    """Return the file of a config.

    Args:
        name: path of a file; name of a config that ships with mmrestore (``traps/swinir_s``, with
            or without the prefix ``configs/`` and the suffix ``.py``); or ``package::name`` for a
            config of another package. Existing files take precedence.

    Raises:
        FileNotFoundError: the config does not exist; the message suggests similar names.
        ValueError: the file has another suffix than configs; the message lists the suffixes.

    Examples:
        >>> find_config('traps/swinir_s').name
        'swinir_s.py'
    """
    package, _, rest = str(name).rpartition('::')
    path = Path(rest).expanduser()
    if not package and path.is_file():
        if path.suffix not in SUFFIXES:
            raise ValueError(
                f'{name} is not a config: expected a file with the suffix {", ".join(SUFFIXES)}'
            )
        return path
    shipped = _shipped_file(package or 'mmrestore', rest)
    if shipped is None and package in ('', 'mmrestore') and _bare(rest) in MOVED:
        new = MOVED[_bare(rest)]
        warn_deprecated(
            f'the config {_bare(rest)}', f'its new name, {new}', since='0.2', removed='0.4'
        )
        shipped = _shipped_file('mmrestore', new)
    if shipped is not None:
        return shipped
    neighbors = [str(file) for file in path.parent.glob('*.py')] if path.parent.is_dir() else []
    hint = suggest(str(name), neighbors) or suggest(_bare(rest), [n for n, _ in shipped_configs()])
    raise FileNotFoundError(
        f'there is no config {name}.{hint} Give the path of a config file, or a name that '
        '`mmrestore configs` lists'
    )


def find_strategy(name: str | Path) -> Path:
    """Return the file of a strategy, by path, by name (``traps``) or as ``package::name``.

    Raises:
        FileNotFoundError: the strategy does not exist; the message lists all names.

    Examples:
        >>> find_strategy('traps').name
        'traps.py'
    """
    package, _, rest = str(name).rpartition('::')
    path = Path(rest).expanduser()
    if not package and path.suffix == '.py' and path.is_file():
        return path
    found = _shipped_file(package or 'mmrestore', f'{STRATEGIES}/{rest}')
    if found is None:
        if not package and path.suffix == '.py':
            raise FileNotFoundError(f'there is no strategy file {name}')
        known = strategy_names(package or 'mmrestore')
        raise FileNotFoundError(
            f'there is no strategy {name}.{suggest(rest, known)} Strategies of '
            f'{package or "mmrestore"}: {", ".join(known) or "none"}. Give one of these names, '
            f'package::NAME (a file in configs/{STRATEGIES} of the package), or a .py file'
        )
    return found


def strategy_names(package: str = 'mmrestore') -> list[str]:
    """Return the names of the strategies that ship with a package.

    Raises:
        FileNotFoundError: the package is not installed, or has no configs.

    Examples:
        >>> 'traps' in strategy_names()
        True
    """
    return sorted(path.stem for path in (config_folder(package) / STRATEGIES).glob('*.py'))


def shipped_configs() -> Iterator[tuple[str, Path]]:
    """Yield name and file of each config that ships with mmrestore or an installed plugin.

    Bases, in folders whose names begin with an underscore, are omitted. Names of plugin configs
    begin with ``package::``.
    """
    packages = {'mmrestore': ''}
    for plugin in entry_points(group=GROUP):
        package = plugin.module.split('.')[0]
        packages[package] = f'{package}::'
    for package, prefix in packages.items():
        folder = _folder_of(package)
        if folder is None:
            continue
        for path in sorted(folder.glob('**/*.py')):
            parts = path.relative_to(folder).parts
            if not any(part.startswith(('_', '.')) for part in parts):
                yield prefix + '/'.join(parts).removesuffix('.py'), path


def first_line(path: Path) -> str:
    """Return the first line of the docstring of a config, or an empty string."""
    try:
        docstring = ast.get_docstring(ast.parse(path.read_bytes()))
    except SyntaxError:
        return ''
    return (docstring or '').split('\n')[0]


def config_folder(package: str = 'mmrestore') -> Path:
    """Return the config folder of a package.

    It is ``configs`` inside the installed package, or next to it in a checkout.

    Raises:
        FileNotFoundError: the package is not installed, or has no configs.
    """
    folder = _folder_of(package)
    if folder is None:
        raise FileNotFoundError(
            f'the package {package!r} has no configs: install it, with a folder `configs` inside '
            'it (or next to it, in a checkout)'
        )
    return folder


@cache
def _folder_of(package: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    for place in (spec.submodule_search_locations or ()) if spec else ():
        inside, beside = Path(place) / 'configs', Path(place).parent
        is_checkout = any((beside / f).is_file() for f in ('pyproject.toml', 'setup.py'))
        candidates = (inside, Path(place) / '.mim' / 'configs', beside / 'configs')
        for folder in candidates if is_checkout else candidates[:2]:
            if folder.is_dir():
                return folder
    return None


def _shipped_file(package: str, name: str) -> Path | None:
    folder = _folder_of(package)
    if folder is None:
        return None
    bare = _bare(name)
    for suffix in SUFFIXES:
        file = folder / f'{bare}{suffix}'
        if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
            return file
    return None


def _bare(name: str) -> str:
    """Return a name without the prefixes ``./`` and ``configs/`` and without suffix."""
    bare = name.removeprefix('./').removeprefix('configs/')
    for suffix in SUFFIXES:
        bare = bare.removesuffix(suffix)
    return bare
