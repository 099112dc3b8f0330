"""HTTP: which request is for what."""

import gzip
import json
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from wandb_server.answers import ANSWERS
from wandb_server.records import Project, Run

OPERATION = re.compile(r"\b(?:query|mutation)\s+(\w+)")
STREAM = re.compile(r"/files/([^/]*)/([^/]+)/([^/]+)/file_stream")
ARTIFACT = re.compile(r"/artifact/([^/]+)/(.+)")
UPLOAD = re.compile(r"/upload/([^/]+)/([^/]+)/([^/]+)/(.+)")


class Server:
    """The server, for a `with` block.

    Attributes:
        projects: what was sent, by entity and project.
        requests: what was asked, in words: an operation's name, or method and path.
        unanswered: the requests that the server has no answer for.
        status: answered to every request instead, where it is not None.
        breaks_after: an operation, after whose answer the status is 500.
        silent: whether requests are never answered, while the block lasts.
    """

    ENTITY = "me"

    def __init__(self) -> None:
        self.projects: dict[tuple[str, str], Project] = {}
        self.requests: list[str] = []
        self.unanswered: list[str] = []
        self.status: int | None = None
        self.breaks_after: str | None = None
        self.silent = False
        self.lock = threading.Lock()
        self.over = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def project(self, name: str | None, entity: str | None = None) -> Project:
        """Returns a project, which is made where it was not there."""
        return self.projects.setdefault((entity or self.ENTITY, name or "uncategorized"), Project())

    def run(self, project: str, name: str, entity: str | None = None) -> Run:
        """Returns a run, which is made where it was not there."""
        runs = self.project(project, entity).runs
        return runs.setdefault(name, Run(name, entity or self.ENTITY, project))

    def answer(self, method: str, path: str, body: bytes) -> dict[str, Any] | None:
        """Returns what a request is answered with; None where there is no answer."""
        if path == "/graphql":
            return self._graphql(json.loads(body))
        self.requests.append(f"{method} {path}")
        if found := STREAM.fullmatch(path):
            entity, project, name = map(unquote, found.groups())
            self.run(project, name, entity).stream(json.loads(body))
            return {}
        if found := UPLOAD.fullmatch(path):
            entity, project, name, file = map(unquote, found.groups())
            self.run(project, name, entity).files[file] = body
            return {}
        if found := ARTIFACT.fullmatch(path):
            artifact, file = map(unquote, found.groups())
            entity, project, name = artifact.rpartition(":")[0].split("/")
            self.project(project, entity).artifacts[name].files[file] = body
            return {}
        if path.startswith("/sdk/otel/"):  # how fast the client is
            return {}
        return None

    def _graphql(self, body: dict[str, Any]) -> dict[str, Any] | None:
        named = OPERATION.search(body["query"])
        operation = body.get("operationName") or (named.group(1) if named else "")
        self.requests.append(operation)
        if operation == self.breaks_after:
            self.status = 500  # from the next request on
        answer: Callable[[Server, dict[str, Any]], Any] | None = ANSWERS.get(operation)
        return None if answer is None else {"data": answer(self, body.get("variables") or {})}


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with suppress(ConnectionError):  # of a client that was killed
                super().handle()

        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if server.silent:
                server.over.wait()
                self.close_connection = True
                return
            path = urlsplit(self.path).path
            with server.lock:
                status, found = server.status, None
                if status is None:
                    found = server.answer(self.command, path, body)
                    status = 400 if found is None else 200
                if status == 400:
                    server.unanswered.append(f"{self.command} {path} {body[:2000].decode(errors='replace')}")
            self._send(status, json.dumps(found or {"errors": []}))

        do_GET = do_POST = do_PUT = _respond  # noqa: N815

        def _send(self, status: int, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    return Handler
