"""A notice as the one request that its route takes: where to, what, signed with what."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mesh_platform.manifest.notifications import PAGERDUTY_URLS, Route, RouteKind
from mesh_platform.notifying.notice import Notice
from mesh_platform.notifying.pagerduty import pagerduty
from mesh_platform.notifying.slack import slack
from mesh_platform.notifying.webhook import SIGNATURE_HEADER, signature, webhook

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class NotConfigured(Exception):
    """The route's variables do not say where to; the text names the variable, never what it holds."""


@dataclass(frozen=True)
class Message:
    """A request; its address and its body may be secret, so they are never shown."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


def message(route: Route, notice: Notice, delivery: str, environ: Mapping[str, str]) -> Message:
    """The request that tells this route; raises NotConfigured."""
    url, key = _address(route, environ), _key(route, environ)
    body = json.dumps(_rendered(route, notice, key)).encode()
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "mesh"}
    headers["Idempotency-Key"] = delivery
    if key and route.kind is RouteKind.WEBHOOK:
        headers[SIGNATURE_HEADER] = signature(body, key)
    return Message(url, body, headers)


def _rendered(route: Route, notice: Notice, key: str) -> dict[str, object]:
    if route.kind is RouteKind.PAGERDUTY:
        return pagerduty(notice, key)
    return slack(notice) if route.kind is RouteKind.SLACK else webhook(notice)


def _address(route: Route, environ: Mapping[str, str]) -> str:
    if not route.url_from:
        return route.url or PAGERDUTY_URLS[0]
    url = _held(route.url_from, environ)
    try:
        parts = urlsplit(url)
        host, there, user = parts.hostname, parts.port, parts.username
    except ValueError:
        host, there, user, parts = None, None, None, urlsplit("")
    if user is not None:
        raise NotConfigured(f"the address in `{route.url_from}` has a user in it; use one without")
    plain = parts.scheme == "http" and (route.allow_http or host in _THIS_MACHINE)
    if not host or there == 0 or not (plain or parts.scheme == "https"):
        raise NotConfigured(f"`{route.url_from}` holds no address that begins with `https://`")
    return url


def _key(route: Route, environ: Mapping[str, str]) -> str:
    return _held(route.key_from, environ) if route.key_from else ""


def _held(variable: str, environ: Mapping[str, str]) -> str:
    value = environ.get(variable, "").strip()
    if not value:
        raise NotConfigured(f"the environment variable `{variable}` is not set")
    return value
