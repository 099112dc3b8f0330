"""PyTorch's tensors in a pickle, as arrays: torch.save's zip files, its older files, and storages pickled alone.

A tensor names a storage, and a shape and strides within it. Nothing is made by a file's word: the numbers of a storage
are bytes that came, and what reaches beyond them is refused.
"""

import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.unpickle.classes import CLASSES, Global
from nasbench_suite.unpickle.damage import DamageError
from nasbench_suite.unpickle.machine import Unpickler

_DIMENSIONS: Final = 8
# torch's names of storages and NumPy's of their numbers
_KINDS: Final = {
    "Double": "<f8",
    "Float": "<f4",
    "Half": "<f2",
    "Long": "<i8",
    "Int": "<i4",
    "Short": "<i2",
    "Char": "<i1",
    "Byte": "<u1",
    "Bool": "?",
}
TORCH_LEGACY: Final = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")
"""How torch.save began a file before version 1.6: a pickle of its magic number."""
TORCH_HEADER: Final = 2
"""Pickles that follow it before the content: a protocol, and the sizes of C types."""


class Storage:
    """Numbers that tensors are views of; their bytes may come after the pickle.

    Attributes:
        key: its name in the file.
        data: its bytes, once they came.
    """

    __slots__ = ("_kind", "_numbers", "data", "key")

    def __init__(self, kind: str, key: str, numbers: int) -> None:
        self._kind, self.key, self._numbers = np.dtype(kind), key, numbers
        self.data: bytes | None = None

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self._numbers * self._kind.itemsize

    def view(self, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> NDArray[Any]:
        """Returns the numbers of a tensor, copied.

        Raises:
            DamageError: the bytes did not come, or it reaches beyond them.
        """
        if self.data is None or len(self.data) != self.size:
            raise DamageError(f"a tensor without the {self.size} bytes of its storage")
        if math.prod(shape) == 0:
            return np.zeros(shape, self._kind)
        if offset + sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True)) >= self._numbers:
            raise DamageError("a tensor that reaches beyond its storage")
        if math.prod(shape) > self._numbers:
            raise DamageError("a tensor of more numbers than its storage has")
        numbers = np.frombuffer(self.data, self._kind)[offset:]
        steps = tuple(stride * self._kind.itemsize for stride in strides)
        return np.lib.stride_tricks.as_strided(numbers, shape, steps, writeable=False).copy()


class StoredTensor:
    """A tensor whose storage's bytes may still be to come."""

    __slots__ = ("_place", "_storage")

    def __init__(self, storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self._storage, self._place = storage, (offset, shape, strides)

    def array(self) -> NDArray[Any]:
        """Returns its numbers.

        Raises:
            DamageError: the bytes did not come, or it reaches beyond them.
        """
        return self._storage.view(*self._place)


class TensorUnpickler(Unpickler):
    """Reads pickles with tensors.

    Attributes:
        storages: those that were met, by their names in the file.
    """

    def __init__(self, read: Callable[[int], bytes], name: str, holds: int) -> None:
        """
        Args:
            read: returns up to that many bytes, and none only at the end.
            name: the file, for error messages.
            holds: how many bytes the pickle has at most.
        """
        self.storages: dict[str, Storage] = {}
        super().__init__(read, name, TENSORS, holds=holds)

    def _persistent(self, named: object) -> object:
        kind = named[1] if isinstance(named, tuple) and len(named) in (5, 6) and named[0] == "storage" else None
        if not isinstance(kind, Global) or not kind.name.endswith("Storage"):
            raise DamageError("a tensor's storage without a kind")
        assert isinstance(named, tuple)
        code = _KINDS.get(kind.name.removeprefix("torch.").removesuffix("Storage"))
        if code is None or type(named[2]) is not str or type(named[4]) is not int or named[4] < 0 or any(named[5:]):
            raise DamageError(f"a storage of kind {kind.name}")
        return self.storages.setdefault(named[2], Storage(code, named[2], named[4]))

    def load_storages(self) -> None:
        """Reads the bytes that follow a pickle in a file of torch.save before version 1.6.

        Raises:
            SourceError: they are damaged or cut short.
        """
        keys = self.load()
        try:
            if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(self.storages):
                raise DamageError("storages other than the tensors'")
            for key in keys:
                storage = self.storages[key]
                self._take(8)  # how many numbers there are, which the pickle has said
                storage.data = self._take(storage.size)
        except DamageError as damage:
            raise self._error(str(damage)) from None

    def arrays(self, tensors: Mapping[str, object]) -> dict[str, NDArray[Any]]:
        """Returns tensors by name as arrays.

        Raises:
            SourceError: one is no tensor, or lacks its numbers.
        """
        try:
            return {name: _tensor(value).array() for name, value in tensors.items()}
        except DamageError as damage:
            raise self._error(str(damage)) from None


def _tensor(value: object) -> StoredTensor:
    if not isinstance(value, StoredTensor):
        raise DamageError("something else than a tensor")
    return value


def _whole(values: object) -> bool:
    if not isinstance(values, tuple) or len(values) > _DIMENSIONS:
        return False
    return all(type(value) is int and value >= 0 for value in values)


def _rebuild_tensor(args: Sequence[Any]) -> object:
    """Storage, offset, shape and strides; then what gradients need."""
    if len(args) < 4 or not isinstance(args[0], Storage) or not _whole((args[1],)):
        raise DamageError("a tensor without a storage")
    if not _whole(args[2]) or not _whole(args[3]) or len(args[2]) != len(args[3]):
        raise DamageError("a tensor without a shape")
    return StoredTensor(*args[:4])


def _rebuild_parameter(args: Sequence[Any]) -> object:
    return _tensor(args[0] if args else None)


def _load_from_bytes(args: Sequence[Any]) -> object:
    """A storage that was pickled by itself: an older file of torch.save within the pickle."""
    if len(args) != 1 or not isinstance(args[0], bytes) or not args[0].startswith(TORCH_LEGACY):
        raise DamageError("a storage without bytes")
    content = args[0][len(TORCH_LEGACY) :]
    inner = TensorUnpickler(io.BytesIO(content).read, "a tensor's storage", len(content))
    for _ in range(TORCH_HEADER):
        inner.load()
    storage = inner.load()
    inner.load_storages()
    if not isinstance(storage, Storage):
        raise DamageError("a storage that is something else")
    return storage


TENSORS: Final[Mapping[str, Callable[[Sequence[Any]], object]]] = {
    **CLASSES,
    "torch._utils._rebuild_tensor": _rebuild_tensor,
    "torch._utils._rebuild_tensor_v2": _rebuild_tensor,
    "torch._utils._rebuild_parameter": _rebuild_parameter,
    "torch.storage._load_from_bytes": _load_from_bytes,
}
"""What a pickle of a network's parameters needs beside plain values."""
