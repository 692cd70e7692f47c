"""One question to a registry and its answer: asked again while that can help, never for longer than patience lasts."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import monotonic, sleep, time
from typing import TYPE_CHECKING, Any, Final

from mesh_platform.schema.registry.access import Access
from mesh_platform.schema.registry.problem import RegistryDenied, RegistryProblem, RegistryRefused, RegistryUnavailable
from mesh_platform.schema.registry.unreachable import unreachable

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

MEDIA_TYPE: Final = "application/vnd.schemaregistry.v1+json"
LARGEST_ANSWER: Final = 8 << 20
_CHUNK: Final = 1 << 16
_SAID: Final = 500
"""Characters of what a registry says that are passed on."""


@dataclass(frozen=True)
class Registry:
    """An open connection to the registry of the environment."""

    access: Access
    session: "Session"
    pause: Callable[[float], None]
    clock: Callable[[], float] = monotonic


@dataclass(frozen=True)
class _Raw:
    status: int
    body: bytes
    retry_after: str | None


@contextmanager
def open_registry(access: Access, pause: Callable[[float], None] | None = None) -> Iterator[Registry]:
    """The registry, for as long as the block lasts; nothing is asked yet."""
    import requests  # here, because most commands never ask a registry

    def sign(request: "PreparedRequest") -> "PreparedRequest":
        if access.authorization:
            request.headers["Authorization"] = access.authorization
        return request

    with requests.Session() as session:
        session.auth = sign  # also where there is nothing to sign with, or a `.netrc` would be asked
        session.headers.update({"Accept": f"{MEDIA_TYPE}, application/json", "Accept-Encoding": "identity"})
        yield Registry(access, session, pause or sleep)


def ask(registry: Registry, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The registry's answer as JSON values; raises RegistryProblem. Every question may be asked twice: registering a
    schema that is registered answers what it answered before."""
    patience = registry.access.patience
    until = registry.clock() + patience.whole
    pause = patience.first_pause
    for left in reversed(range(patience.attempts)):
        problem, wait = _try(registry, method, path, body, until)
        if not isinstance(problem, RegistryProblem):
            return problem
        if wait is None or not left:
            raise problem
        if registry.clock() + max(wait, pause) >= until:
            raise _given_up(problem, wait) if wait > pause else problem
        registry.pause(max(wait, pause))
        pause *= 2
    raise RegistryUnavailable("it was not asked")


def _given_up(problem: RegistryProblem, wait: float) -> RegistryProblem:
    return RegistryUnavailable(f"{problem}, and it would have to be waited for {wait:.0f} s")


def _try(registry: Registry, method: str, path: str, body: dict[str, Any] | None, until: float) -> tuple[Any, Any]:
    """(answer or problem, after how many seconds to ask again; None: never)."""
    import requests

    try:
        raw = _sent(registry, method, path, body, until)
    except (requests.RequestException, OSError, RegistryUnavailable) as failure:
        if isinstance(failure, RegistryUnavailable):
            return failure, None
        told, again = unreachable(failure)
        return told, 0.0 if again else None
    return _judged(registry.access, raw)


def _sent(registry: Registry, method: str, path: str, body: dict[str, Any] | None, until: float) -> _Raw:
    access, left = registry.access, max(0.1, until - registry.clock())
    response = registry.session.request(
        method,
        access.registry + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={} if body is None else {"Content-Type": MEDIA_TYPE},
        timeout=(min(access.patience.connect, left), min(access.patience.silence, left)),
        verify=str(access.authority) if access.authority else True,
        allow_redirects=False,
        stream=True,
    )
    with response:
        return _Raw(response.status_code, _body(response, registry, until), response.headers.get("Retry-After"))


def _body(response: "Response", registry: Registry, until: float) -> bytes:
    """The whole body, as long as it is neither too large nor too slow."""
    from urllib3.exceptions import HTTPError

    parts, size = [], 0
    try:
        while part := response.raw.read1(_CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER:
                raise RegistryUnavailable(f"its answer is longer than `{LARGEST_ANSWER}` bytes")
            if registry.clock() > until:
                raise RegistryUnavailable("no whole answer in time")
    except HTTPError as problem:
        raise OSError(problem) from problem
    return b"".join(parts)


def _judged(access: Access, raw: _Raw) -> tuple[Any, Any]:
    value = _json(raw.body)
    if 200 <= raw.status < 300:
        return (RegistryUnavailable("its answer is not JSON"), None) if value is _NOTHING else (value, None)
    said = _said(access, value)
    if raw.status in (401, 403):
        reason = "the credentials are not accepted" if raw.status == 401 else "the credentials do not permit it"
        return RegistryDenied(f"{reason} (`{raw.status}`{said})"), None
    if raw.status == 429 or raw.status >= 500:
        return RegistryUnavailable(f"it answered `{raw.status}`{said}"), _wanted(raw.retry_after)
    if 300 <= raw.status < 400:
        return RegistryUnavailable(f"it answered `{raw.status}`, a redirection, which is not followed"), None
    code = value.get("error_code") if isinstance(value, dict) else None
    if not isinstance(code, int):
        return RegistryUnavailable(f"it answered `{raw.status}`, as no registry does; is its address right?"), None
    return RegistryRefused(f"`{code}`{said}", raw.status, code), None


_NOTHING: Final = object()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _NOTHING


def _said(access: Access, value: Any) -> str:
    """What the registry says in an error, as one short line."""
    message = value.get("message") if isinstance(value, dict) else None
    return f": {shown(access, message)}" if isinstance(message, str) and message.strip() else ""


def shown(access: Access, text: str) -> str:
    """What a registry says, as one short line without a secret."""
    line = " ".join("".join(c if c.isprintable() else " " for c in access.without_secrets(text)).split())
    return line if len(line) <= _SAID else f"{line[:_SAID]}…"


def _wanted(retry_after: str | None) -> float:
    """Seconds, or a date; 0 where it says neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
