"""An exchange over HTTP that ends in time, however slowly the other end speaks.

A timeout of the library is for one read: whoever sends a letter a second keeps it waiting for hours.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock, Timer
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


@dataclass
class Exchange:
    """The connections of an exchange, and whether its time is over."""

    over: bool = False
    lines: list[socket.socket] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def watch(self, line: socket.socket) -> None:
        """As a copy, which stays what it is when TLS takes the line over."""
        with self.lock:
            self.lines.append(line.dup())
            if self.over:
                _cut(self.lines[-1])

    def end(self) -> None:
        with self.lock:
            self.over = True
            for line in self.lines:
                _cut(line)

    def close(self) -> None:
        with self.lock:
            for line in self.lines:
                line.close()
            self.lines.clear()


_exchange: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def ended_after(seconds: float) -> Iterator[Exchange]:
    """What is sent in this context through a `Bounded` is cut off when its time is over."""
    exchange = Exchange()
    timer = Timer(seconds, exchange.end)
    timer.daemon = True
    token = _exchange.set(exchange)
    timer.start()
    try:
        yield exchange
    finally:
        timer.cancel()
        _exchange.reset(token)
        exchange.close()


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _watched(super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _watched(super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


_POOLS: Final = {"http": _PlainPool, "https": _SecurePool}


class Bounded(HTTPAdapter):
    """Its connections are those of the exchange that is under way, through a proxy or not."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def _watched(line: socket.socket) -> socket.socket:
    _exchange.get().watch(line)
    return line


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        line.shutdown(socket.SHUT_RDWR)
