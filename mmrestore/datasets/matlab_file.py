"""Reading of arrays from MATLAB files of all versions, without executing their content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

HDF5 = b'\x89HDF\r\n\x1a\n'
HDF5_PLACES = (0, 512)  # offsets of the signature; MATLAB prepends a header of 512 bytes


def is_hdf5(path: str | Path) -> bool:
    """Return True if a file has MATLAB version 7.3, which is HDF5.

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
    """Read a variable of a MATLAB file, or a field of a structure.

    A numeric array has its MATLAB shape. A cell array becomes a list of arrays in the order of its
    elements.

    Args:
        path: file of version 5 to 7.3.
        names: name of the variable, followed by the name of a field for structures.

    Raises:
        ModuleNotFoundError: the file has version 7.3 and h5py is not installed.
        ValueError: the file is missing, damaged or not a MATLAB file, or has no such variable.
    """
    read = _read_hdf5 if is_hdf5(path) else _read_old
    try:
        return read(Path(path), names)
    except (KeyError, IndexError) as error:
        raise ValueError(f'{path} has no variable {".".join(names)}') from error
    except ModuleNotFoundError:
        raise
    except Exception as error:  # for damaged files SciPy and h5py raise various exceptions
        raise ValueError(
            f'{path} is damaged or not a MATLAB file ({error}): get it again'
        ) from error


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
            f'{path} is a MATLAB file of version 7.3 (HDF5): run `pip install h5py`'
        ) from error
    with h5py.File(path, 'r') as file:
        item = file['/'.join(names)]
        if item.dtype == h5py.ref_dtype:  # a cell array: references to its elements
            return [np.asarray(file[reference]).T for reference in np.asarray(item).flat]
        return np.asarray(item).T  # HDF5 has the axes in reverse order
