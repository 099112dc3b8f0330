"""Downloads a published file: what breaks off goes on where it stopped, and nothing has its name before it was checked.

pooch compares checksums and gives the name. Its own downloader begins anew after every failure, so that it is given
one that keeps what came in `NAME.part`.
"""

import re
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from nasbench_suite.atomic_write import reason
from nasbench_suite.errors import SourceError
from nasbench_suite.folder_lock import lock_folder
from nasbench_suite.importing.published_file import PublishedFile
from nasbench_suite.progress import Progress

_PATIENCE = (20, 60)  # seconds to connect, and of silence
_BLOCK = 1 << 16
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")
# how often a connection may break off in a row without a byte
_FRUITLESS = 3
# no file's size: more had come than the file has
_ANEW = -1


def download(published: PublishedFile, folder: Path) -> Path:
    """Fetches a file, unless it is there and has its checksum; one process at a time.

    Args:
        published: with a direct address.
        folder: where it goes; made where there is none.

    Returns:
        Its place.

    Raises:
        SourceError: the server has no such file, broke off, or sent another one; what came of the right one stays for
            the next attempt.
        ResultsError: the folder cannot be written.
    """
    import pooch  # with requests: a tenth of a second

    pooch.get_logger().setLevel("WARNING")
    lock = lock_folder(folder, wait=True)
    try:
        return Path(
            pooch.retrieve(
                published.url,
                None if published.sha256 is None else f"sha256:{published.sha256}",
                fname=published.file,
                path=folder,
                downloader=_Resuming(published, folder / f"{published.file}.part"),
            )
        )
    except ValueError as error:
        raise SourceError(
            f"{published.url}: what came has not the SHA-256 {published.sha256}, and was removed; fetch it again, or, "
            f"where that ends so too, get it elsewhere ({' '.join(str(error).split())[:200]})"
        ) from None
    except OSError as error:  # those of requests are handled before
        raise SourceError(f"{folder}: cannot be written ({reason(error)}); make room and fetch it again") from error
    finally:
        lock.release()


class _Resuming:
    """What pooch calls to download a file."""

    def __init__(self, published: PublishedFile, part: Path) -> None:
        self._published, self._part = published, part

    def __call__(self, url: str, output_file: Any, pooch: object) -> None:
        """Downloads into `NAME.part`, and moves it to where pooch expects it."""
        import requests

        fruitless = 0
        with requests.Session() as session, Progress(f"fetch {self._part.stem}", 0, unit="B") as progress:
            while True:
                before = self._came
                try:
                    total = self._take(session, progress)
                except requests.RequestException as error:
                    fruitless = 0 if self._came > before else fruitless + 1
                    if fruitless == _FRUITLESS:
                        raise self._broke_off(None, _brief(error)) from None
                    continue
                if total is None or self._came == total:
                    break
                fruitless = 0 if self._came > before else fruitless + 1
                if fruitless == _FRUITLESS:
                    raise self._broke_off(total, "the connection ended")
        if self._published.sha256 is None:
            self._check_zip()
        self._part.replace(output_file)

    @property
    def _came(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _take(self, session: Any, progress: Progress) -> int | None:
        """Asks for what is missing, and keeps what comes; returns the size of the whole, where the server says it."""
        came = self._came
        # as it is: a server may pack what it sends, and then a part of it is no part of the file
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={came}-"} if came else {})
        with closing(session.get(self._published.url, headers=headers, stream=True, timeout=_PATIENCE)) as response:
            start, total = self._place(response.status_code, response.reason, response.headers, came)
            if start is None:
                return total
            progress.expect(total)
            progress.start_at(start)
            with self._part.open("r+b" if start else "wb") as file:
                file.seek(start)
                for block in response.iter_content(_BLOCK):
                    file.write(block)
                    progress.advance(len(block))
            return total

    def _place(self, status: int, said: str, headers: Mapping[str, str], came: int) -> tuple[int | None, int | None]:
        """Where the answer's bytes begin in the file, and its size; None where nothing is missing, or is not said."""
        where = _RANGE.fullmatch(headers.get("Content-Range", ""))
        size = int(where[2]) if where is not None and where[2] != "*" else None
        if status == 416 and came:
            if size == came:
                return None, came
            self._part.unlink()
            return None, _ANEW
        if status not in (200, 206):
            advice = "fetch it again later" if status >= 500 else "see whether the benchmark has moved"
            raise SourceError(f"{self._published.url}: the server answered {status} {said!r:.80}; {advice}")
        if headers.get("Content-Type", "").startswith("text/html"):
            raise SourceError(f"{self._published.url}: expected a file, got a web page; see whether it has moved")
        if status == 206:
            if where is None or where[1] is None or int(where[1]) != came:
                raise SourceError(
                    f"{self._published.url}: expected the bytes from {came:,}, got others; fetch it again"
                )
            return came, size
        length = headers.get("Content-Length", "")
        return 0, int(length) if length.isdecimal() else None

    def _check_zip(self) -> None:
        try:
            with zipfile.ZipFile(self._part) as archive:
                damaged = archive.testzip()
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            damaged = str(error)
        if damaged is not None:
            self._part.unlink()
            raise SourceError(
                f"{self._published.url}: what came is no whole zip file ({damaged:.80}), and was removed; try again"
            )

    def _broke_off(self, total: int | None, why: str) -> SourceError:
        of = "" if total is None else f" of {total:,}"
        return SourceError(
            f"{self._published.url}: {why} after {self._came:,}{of} bytes; fetch it again, and it goes on from there"
        )


def _brief(error: Exception) -> str:
    """Says what failed, without the layers through which it came."""
    return " ".join(str(error).split())[:200] or type(error).__name__
