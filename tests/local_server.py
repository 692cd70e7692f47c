"""A small HTTP server of this process, on a port of this machine that is free."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread


@contextmanager
def listening(
    handler: type[BaseHTTPRequestHandler],
    server: type[ThreadingHTTPServer] = ThreadingHTTPServer,
    *,
    over: Event | None = None,
    certificate: Path | None = None,
) -> Iterator[str]:
    """The address at which `handler` answers, for as long as the block lasts.

    `over` is set at its end, for answers that wait until then. With a certificate (and its key, in one file) over
    TLS.
    """
    running = server(("127.0.0.1", 0), handler)
    running.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        running.socket = context.wrap_socket(running.socket, server_side=True)
    Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{running.server_address[1]}"
    finally:
        if over:
            over.set()
        running.shutdown()
        running.server_close()
