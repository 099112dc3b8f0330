"""The hashes by which a benchmark's files name architectures, as arrays of a table: from a row to one and back.

Two architectures with the hashes `ff` and `0a`, in this order: the digests of the rows, and the rows by rising digest.

>>> arrays = build_arrays(["ff", "0a"], 1)
>>> arrays["digests"].tolist(), arrays["order"].tolist()
([[255], [10]], [1, 0])
>>> hashes = Hashes(arrays["digests"], arrays["order"])
>>> hashes.row("0a"), hashes.row("0b"), hashes[0]
(1, -1, 'ff')
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import TableError


def build_arrays(hashes: Sequence[str], size: int) -> dict[str, NDArray[np.generic]]:
    """Returns the arrays that `Hashes` reads.

    Args:
        hashes: of each row, in lower-case hexadecimal digits.
        size: of a hash, in bytes.

    Raises:
        TableError: one is no such hash, or two rows have the same.
    """
    for text in hashes:
        if not is_hash(text, size):
            raise TableError(f"expected a hash of {2 * size} hexadecimal digits, got {text!r:.80}")
    digests = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(-1, size)
    order = np.lexsort(digests.T[::-1])
    twice = np.flatnonzero((np.diff(digests[order].astype(np.int16), axis=0) == 0).all(axis=1))
    if len(twice):
        raise TableError(f"two architectures have the hash {hashes[int(order[twice[0]])]}")
    return {"digests": digests, "order": order.astype(np.uint32)}


def is_hash(text: str, size: int) -> bool:
    """Whether a text is a hash of so many bytes in lower-case hexadecimal digits."""
    return size > 0 and len(text) == 2 * size and not text.strip("0123456789abcdef")


class Hashes(Sequence[str]):
    """The hash of each row, and the row of each hash by bisection."""

    def __init__(self, digests: NDArray[np.uint8], order: NDArray[np.uint32]) -> None:
        """
        Args:
            digests: (rows, size) each row's hash.
            order: (rows,) the rows by rising hash.
        """
        self._size = digests.shape[1]
        self._bytes = memoryview(np.ascontiguousarray(digests).reshape(-1))  # type: ignore[arg-type]
        self._order = memoryview(order)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, row: int) -> str:  # type: ignore[override]
        """Returns the hash of a row."""
        return self._digest(range(len(self))[row]).hex()

    def row(self, text: str) -> int:
        """Returns the row of a hash, -1 where no row has it or the text is no hash."""
        if not is_hash(text, self._size):
            return -1
        wanted = bytes.fromhex(text)
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            found = self._digest(self._order[middle])
            if found == wanted:
                return self._order[middle]
            low, high = (middle + 1, high) if found < wanted else (low, middle)
        return -1

    def _digest(self, row: int) -> bytes:
        return bytes(self._bytes[row * self._size : (row + 1) * self._size])
