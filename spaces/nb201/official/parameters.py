"""The file of one architecture with its networks' parameters: `NNNNNN-FULL.pth`, or `NNNNNN.pickle.pbz2` of `-full`."""

import bz2
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from nasbench_suite.errors import SourceError
from nasbench_suite.importing.archives import bounded_bz2, open_zip
from nasbench_suite.spaces.nb201.official.streams import BZ2, ZIP, magic, pickle_member
from nasbench_suite.unpickle.tensors import TORCH_HEADER, TORCH_LEGACY, TensorUnpickler

# what an entry's parameters may take: those of 40 networks with 1.5 million each
_MOST_BYTES = 1 << 28


def read_with_parameters(path: Path) -> dict[str, Any]:
    """Returns the states of an architecture by schedule; each trial's `net_state_dict` is a dict of arrays, or None.

    Nothing in the file is run.

    Raises:
        SourceError: the file is of another kind, damaged, or cannot be read.
    """
    start = magic(path)
    try:
        with path.open("rb") as file:
            if start == TORCH_LEGACY:
                file.seek(len(TORCH_LEGACY))
                return _read(file.read, path, TORCH_HEADER, TensorUnpickler.load_storages)
            if start.startswith(ZIP):
                return _read_zip(file, path)
            if start.startswith(BZ2):
                with bz2.BZ2File(file) as data:
                    return _read(bounded_bz2(data, file, path), path)
    except (OSError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise SourceError(f"{path}: cannot be read ({error}); download the file again") from None
    raise SourceError(f"{path}: expected a torch file (.pth) or a bz2 pickle (.pickle.pbz2), found neither")


def _read(
    read: Callable[[int], bytes],
    path: Path,
    header: int = 0,
    complete: Callable[[TensorUnpickler], None] = lambda pickle: None,
) -> dict[str, Any]:
    pickle = TensorUnpickler(read, str(path), _MOST_BYTES)
    for _ in range(header):
        pickle.load()
    states = pickle.load()
    complete(pickle)
    return _with_arrays(states, pickle, path)


def _read_zip(file: BinaryIO, path: Path) -> dict[str, Any]:
    with open_zip(file, path) as archive:
        member = pickle_member(archive, path)
        folder = member.filename.removesuffix("data.pkl")
        order = f"{folder}byteorder"
        if order in archive.namelist() and archive.read(order) != b"little":
            raise SourceError(f"{path}: expected numbers with the lowest byte first, found the other order")

        def fetch(pickle: TensorUnpickler) -> None:
            for key, storage in pickle.storages.items():
                storage.data = archive.read(f"{folder}data/{key}") if storage.size else b""

        with archive.open(member) as data:
            try:
                return _read(data.read, path, complete=fetch)
            except KeyError as error:
                raise SourceError(f"{path}: lacks the numbers of a tensor ({error})") from None


def _with_arrays(states: object, pickle: TensorUnpickler, path: Path) -> dict[str, Any]:
    if not isinstance(states, dict) or not all(isinstance(state, dict) for state in states.values()):
        raise SourceError(f"{path}: expected the states of an architecture by schedule")
    for state in states.values():
        results = state.get("all_results")
        if not isinstance(results, dict) or not all(isinstance(result, dict) for result in results.values()):
            raise SourceError(f"{path}: expected results by data set and training seed")
        for result in results.values():
            tensors = result.get("net_state_dict")
            if tensors is not None and not isinstance(tensors, dict):
                raise SourceError(f"{path}: expected a network's parameters by name")
            result["net_state_dict"] = None if tensors is None else pickle.arrays(tensors)
    return states
