"""Programs that stand in for those of a mesh, and ways to wait for real processes."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from mesh_platform.serving.family import Command
from tests.local_server import listening

DEADLINE_SECONDS = 60.0
"""A bound for a busy machine, not a time that anything takes."""


def program(name: str, code: str, log: Path | None = None, *, piped: bool = False) -> Command:
    """A Python program as a command."""
    return Command(name, [sys.executable, "-I", "-c", code], dict(os.environ), log, piped)


def wait_for(true: Callable[[], Any], what: str) -> Any:
    """Poll something real until it is true."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (seen := true()):
        assert time.monotonic() < deadline, f"{what} did not happen within {DEADLINE_SECONDS:.0f} s"
        time.sleep(0.02)
    return seen


def runs(pid: int) -> bool:
    """Whether a process lives; one that nobody has buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@contextmanager
def graphql(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[str]:
    """A server that answers GraphQL with what the function says; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(answer(asked)).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as url:
        yield url
