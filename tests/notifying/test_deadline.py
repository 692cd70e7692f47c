"""Whoever answers a letter at a time, or never shakes hands, is cut off: no thread waits for them for hours."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from mesh_platform.notifying.message import Message
from mesh_platform.notifying.post import Answer, post

LONG_SECONDS = 30.0
"""Nothing of a test takes so long, unless it hangs."""


@contextmanager
def speaking(beginning: bytes, letter: bytes) -> Iterator[int]:
    """The port of a server that begins so, and goes on with this letter until the test is over."""
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            with suppress(OSError):
                line, _ = server.accept()
                with line:
                    line.recv(65536)
                    line.sendall(beginning)
                    while not over.wait(0.02):
                        line.sendall(letter)

        Thread(target=run, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()


def posted(url: str) -> Answer | None:
    """None: it still waits."""
    found: list[Answer] = []
    thread = Thread(target=lambda: found.append(post(Message(url, b"{}", {}), 0.3)), daemon=True)
    thread.start()
    thread.join(LONG_SECONDS)
    return found[0] if found else None


TOO_LATE = Answer(None, problem="no answer in time")


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nX-", b"HTTP/1.1 500 no\r\nX-"])
def test_a_header_that_never_ends_is_no_answer(beginning: bytes) -> None:
    with speaking(beginning, b"a") as port:
        answer = posted(f"http://127.0.0.1:{port}/")
    assert answer is not None
    assert answer.status in (None, 500)


def test_a_taken_notice_whose_header_never_ends_is_sent_again() -> None:
    with speaking(b"HTTP/1.1 200 OK\r\nX-", b"a") as port:
        assert posted(f"http://127.0.0.1:{port}/") == TOO_LATE


def test_a_handshake_that_never_ends_is_no_answer() -> None:
    record = bytes([22, 3, 3, 64, 0, 2, 0, 63, 252])  # the head of a long ServerHello
    with speaking(record, b"\x00") as port:
        assert posted(f"https://127.0.0.1:{port}/") == TOO_LATE


def test_a_proxy_that_dribbles_is_cut_off_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking(b"HTTP/1.1 200 OK\r\nX-", b"a") as port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "")
        assert posted("http://mesh.example.com/") == TOO_LATE


def test_who_answers_in_time_is_heard_to_the_end() -> None:
    with speaking(b"HTTP/1.1 400 no\r\nContent-Length: 10\r\n\r\nno_service", b"") as port:
        assert posted(f"http://127.0.0.1:{port}/") == Answer(400, None, "it answered `400`: no_service")
