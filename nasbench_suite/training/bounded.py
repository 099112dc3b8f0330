"""A decompressed stream that cannot be made to fill the memory or to go on for ever."""

import io
import tarfile
from typing import IO

MOST_BYTES = 1 << 29  # three times CIFAR-100, the largest file of a data set
_LONGEST_READ = 1 << 20


class Bounded(io.RawIOBase):
    """A stream for `tarfile`, which reads headers of whatever length they claim, and archives of whatever length."""

    def __init__(self, stream: IO[bytes]) -> None:
        """
        Args:
            stream: that is read; it must be able to go forwards.
        """
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Reads on.

        Raises:
            tarfile.ReadError: more is asked for at once, or has been read in all, than an archive of images has.
        """
        if not 0 <= size <= _LONGEST_READ:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        self._check(self._stream.tell() + size)
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a place, counted from the start."""
        self._check(offset)
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Returns the place."""
        return self._stream.tell()

    @staticmethod
    def _check(end: int) -> None:
        if end > 2 * MOST_BYTES:
            raise tarfile.ReadError(f"more than {2 * MOST_BYTES:,} bytes of content")
