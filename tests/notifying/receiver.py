"""A real HTTP server on this machine that takes notifications, or does not, as its plan says."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

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

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Whoever was told too late has hung up."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        server.server_close()
