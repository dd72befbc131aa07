"""Arrays out of MATLAB files of all versions; nothing from a file is executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

HDF5 = b'\x89HDF\r\n\x1a\n'
HDF5_PLACES = (0, 512)  # MATLAB puts a header of 512 bytes before it


def is_hdf5(path: str | Path) -> bool:
    """Whether a file is of version 7.3, which is HDF5.

    Raises:
        ValueError: the file cannot be read.
    """
    try:
        with open(path, 'rb') as file:
            head = file.read(HDF5_PLACES[-1] + len(HDF5))
    except OSError as error:
        raise ValueError(f'cannot read {path}: {error.strerror or error}') from error
    return any(head[place : place + len(HDF5)] == HDF5 for place in HDF5_PLACES)


def read_matlab(path: str | Path, *names: str) -> Any:
    """Read one variable of a MATLAB file, or one field of a structure in it.

    A numeric array has the shape that it has in MATLAB. A cell array becomes a list of arrays, in
    the order of its elements.

    Args:
        path: a file of version 5 to 7.3.
        names: the name of the variable and, of a structure, that of a field.

    Raises:
        ModuleNotFoundError: the file is of version 7.3 and h5py is not installed.
        ValueError: the file is missing, damaged or of another kind, or has no such variable.
    """
    read = _read_hdf5 if is_hdf5(path) else _read_old
    try:
        return read(Path(path), names)
    except (KeyError, IndexError) as error:
        raise ValueError(f'{path} has no variable {".".join(names)}') from error
    except ModuleNotFoundError:
        raise
    except Exception as error:  # SciPy and h5py raise whatever the damage leads to
        raise ValueError(f'{path} is damaged or no MATLAB file ({error}): get it again') from error


def _read_old(path: Path, names: tuple[str, ...]) -> Any:
    from scipy.io import loadmat  # takes a second

    value = loadmat(path, appendmat=False, variable_names=[names[0]])[names[0]]
    for field in names[1:]:
        if value.dtype.names is None or field not in value.dtype.names:
            raise KeyError(field)
        value = value[field].flat[0]
    return [np.asarray(one) for one in value.flatten('F')] if value.dtype == object else value


def _read_hdf5(path: Path, names: tuple[str, ...]) -> Any:
    try:
        import h5py
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'{path} is a MATLAB file of version 7.3, which is HDF5: pip install h5py'
        ) from error
    with h5py.File(path, 'r') as file:
        item = file['/'.join(names)]
        if item.dtype == h5py.ref_dtype:  # a cell array: references to its elements
            return [np.asarray(file[reference]).T for reference in np.asarray(item).flat]
        return np.asarray(item).T  # HDF5 lists the axes of MATLAB backwards
