"""A real HTTP server on this machine that takes notifications, or does not, as its plan says."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock
from typing import Any

from tests.local_server import listening

Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (200, {}, b"ok")


def answering(status: int, body: bytes = b"", **headers: str) -> Answer:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, body


@dataclass
class Receiver:
    """What came in, and what is answered."""

    url: str = ""
    plan: list[Answer | Callable[[], Answer]] = field(default_factory=list)
    """The next answers; when there are none left, 200."""
    got: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    """(path, headers, body) of every request, answered as it may be."""
    over: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    @property
    def bodies(self) -> list[Any]:
        return [body for _, _, body in self.got]

    def silent(self) -> Answer:
        """No answer before the test is over."""
        self.over.wait(60)
        return OK


class _Server(ThreadingHTTPServer):
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever was told too late has hung up."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with state.lock:
                state.got.append((self.path, dict(self.headers), body))
                planned = state.plan.pop(0) if state.plan else OK
            status, headers, text = planned() if callable(planned) else planned
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler, _Server, over=state.over) as state.url:
        yield state
