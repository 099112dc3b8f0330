"""Files come whole or not at all, from servers that break off, lie, and ignore what they are asked."""

import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.importing.download import download
from nasbench_suite.importing.published_file import PublishedFile

CONTENT = bytes(range(256)) * 2000  # 512,000 bytes: several blocks
HALF = len(CONTENT) // 2


class Server(ThreadingHTTPServer):
    """Serves one file, as badly as it is told to.

    Attributes:
        content: of the file.
        most: bytes of an answer after which it breaks off; None for all.
        ranges: whether it heeds Range.
        status: of every answer; None for the right one.
        kind: the answers' Content-Type.
        asked: the Range of each request.
        says_length: whether an answer says how long it is.
        shift: how far it sends from where it was asked to.
    """

    daemon_threads = True
    content, most, ranges, kind = CONTENT, None, True, "application/octet-stream"
    status: int | None = None
    says_length, shift = True, 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/file.bin"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server, asked = self.server, self.headers["Range"]
        server.asked.append(asked)
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and server.ranges else 0  # type: ignore[index]
        if asked and server.ranges and start >= len(server.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(server.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(server.status or (206 if asked and server.ranges else 200))
        start += server.shift
        body = server.content[start:]
        self.send_header("Content-Type", server.kind)
        if server.says_length:
            self.send_header("Content-Length", str(len(body)))
        if asked and server.ranges:
            self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
        self.end_headers()
        self.wfile.write(body if server.most is None else body[: server.most])
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Is quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def published(server: Server, sha256: str | None = hashlib.sha256(CONTENT).hexdigest()) -> PublishedFile:
    return PublishedFile("file", "file.bin", "nb101", "a file", server.url, direct=True, sha256=sha256)


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir() if not file.name.startswith(".lock")}


def test_a_file_comes_once(server: Server, tmp_path: Path) -> None:
    path = download(published(server), tmp_path / "new" / "folder")
    assert path.read_bytes() == CONTENT and names(path.parent) == {"file.bin"}
    assert download(published(server), path.parent) == path
    assert server.asked == [None]


def test_what_breaks_off_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.most = 200_000
    assert download(published(server), tmp_path).read_bytes() == CONTENT
    starts = [0 if one is None else int(one.removeprefix("bytes=").removesuffix("-")) for one in server.asked]
    assert starts == sorted(starts) and len(starts) == 3 and 0 < starts[1] <= 200_000
    assert names(tmp_path) == {"file.bin"}


def test_an_earlier_commands_part_is_gone_on_with(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:HALF])
    assert download(published(server), tmp_path).read_bytes() == CONTENT
    assert server.asked == [f"bytes={HALF}-"]


def test_a_part_that_is_whole_is_only_checked(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.bin.part").write_bytes(CONTENT)
    assert download(published(server), tmp_path).read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT)}-"]


def test_a_part_that_is_too_long_is_begun_anew(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.bin.part").write_bytes(CONTENT + b"more")
    assert download(published(server), tmp_path).read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT) + 4}-", None]


def test_a_server_that_ignores_ranges_is_begun_anew(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    (tmp_path / "file.bin.part").write_bytes(b"x" * HALF)
    assert download(published(server), tmp_path).read_bytes() == CONTENT
    assert server.asked == [f"bytes={HALF}-"]


def test_a_server_that_sends_nothing_is_given_up_and_what_came_stays(server: Server, tmp_path: Path) -> None:
    server.most = 0
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:HALF])
    with pytest.raises(SourceError, match=r"after 256,000.* bytes; fetch it again, and it goes on from there"):
        download(published(server), tmp_path)
    assert len(server.asked) == 3 and (tmp_path / "file.bin.part").read_bytes() == CONTENT[:HALF]
    assert names(tmp_path) == {"file.bin.part"}


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    gone = PublishedFile("file", "file.bin", "nb101", "a file", "http://127.0.0.1:1/file.bin", direct=True)
    with pytest.raises(SourceError, match="fetch it again") as raised:
        download(gone, tmp_path)
    assert "\n" not in str(raised.value) and names(tmp_path) == set()


def test_wrong_bytes_are_removed_and_an_older_file_is_not_taken_for_the_right_one(
    server: Server, tmp_path: Path
) -> None:
    server.content = CONTENT[:-1] + b"?"
    with pytest.raises(SourceError, match="has not the SHA-256"):
        download(published(server), tmp_path)
    assert names(tmp_path) == set()
    server.content = CONTENT
    (tmp_path / "file.bin").write_bytes(b"older")
    assert download(published(server), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("set_up", "said"),
    [
        ({"status": 404}, "answered 404 'Not Found'"),
        ({"status": 503}, "answered 503 .* later"),
        ({"kind": "text/html; charset=utf-8", "content": b"<html>Sign in</html>"}, "a web page"),
        ({"shift": 5}, "expected the bytes from 256,000"),
    ],
)
def test_what_is_no_file_is_refused_and_what_came_before_stays(
    set_up: dict[str, Any], said: str, server: Server, tmp_path: Path
) -> None:
    vars(server).update({"ranges": "shift" in set_up, **set_up})
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:HALF])
    with pytest.raises(SourceError, match=said):
        download(published(server), tmp_path)
    assert names(tmp_path) == {"file.bin.part"} and (tmp_path / "file.bin.part").read_bytes() == CONTENT[:HALF]


def test_a_file_without_a_published_checksum_is_checked_as_a_zip(server: Server, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("ResNet.json", "[]" * 1000)
    server.content = packed.getvalue().replace(b"[][]", b"[]{}", 1)
    with pytest.raises(SourceError, match="no whole zip file"):
        download(published(server, None), tmp_path)
    assert names(tmp_path) == set()
    server.content = packed.getvalue()
    assert download(published(server, None), tmp_path).read_bytes() == packed.getvalue()


def test_an_answer_of_unsaid_length_is_taken_to_its_end(server: Server, tmp_path: Path) -> None:
    server.says_length = False
    assert download(published(server), tmp_path).read_bytes() == CONTENT
