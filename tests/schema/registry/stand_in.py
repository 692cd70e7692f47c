"""A stand-in for Confluent's schema registry, on a port of this machine; no real one can run in these tests.

It answers the documented paths with the documented statuses and error codes, and keeps what is registered. Whether a
schema goes with another it asks of the platform's own resolution, so agreement with it proves nothing about that; a
test of the resolution itself compares with Java's class. `plan` makes it misbehave, one request after the other.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock
from typing import Any
from urllib.parse import unquote, urlsplit

from mesh_platform.schema.avro.parse import Reading, read_avro
from mesh_platform.schema.avro.problem import SchemaInvalid
from mesh_platform.schema.registry.level import Level, broken
from tests.local_server import listening

MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
Answer = tuple[int, Any]
Misbehaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class StandIn:
    """What is registered, what is asked, and what goes wrong next."""

    url: str = ""
    subjects: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """Subject → (id, schema) of each version, the first is version 1."""
    levels: dict[str, str] = field(default_factory=dict)
    default: str = "BACKWARD"
    authorization: str | None = None
    """The header it wants; None lets everyone in."""
    prefix: str = ""
    only_latest: bool = False
    """As registries that do not know how to compare with all versions."""
    plan: list[Misbehaviour | None] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """(method, path with query, headers) of every request."""
    over: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def reset(self) -> None:
        self.subjects, self.levels, self.plan, self.asked = {}, {}, [], []
        self.default, self.authorization, self.prefix, self.only_latest = "BACKWARD", None, "", False

    @property
    def paths(self) -> list[str]:
        return [f"{method} {path}" for method, path, _ in self.asked]

    def level_of(self, subject: str) -> Level:
        return Level(self.levels.get(subject, self.default))


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asks may hang up; anything else is a fault of the stand-in."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[StandIn]:
    """The stand-in, for as long as the block lasts; with a certificate (and its key, in one file) over TLS."""
    state = StandIn()
    with listening(handler(state), _Server, over=state.over, certificate=certificate) as state.url:
        yield state


def handler(state: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is printed."""

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with state.lock:
                state.asked.append((self.command, self.path, dict(self.headers)))
                wrong = state.plan.pop(0) if state.plan else None
            if wrong:
                wrong(self)
                return
            if state.authorization and self.headers.get("Authorization") != state.authorization:
                reply(self, 401, {"error_code": 401, "message": "Unauthorized"})
                return
            with state.lock:
                status, answer = answered(state, self.command, self.path, body)
            reply(self, status, answer)

        do_GET = do_POST = _serve  # noqa: N815  (the library's spelling)

    return Handler


def reply(request: BaseHTTPRequestHandler, status: int, answer: Any, **headers: str) -> None:
    data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    request.send_response(status)
    request.send_header("Content-Type", MEDIA_TYPE)
    request.send_header("Content-Length", str(len(data)))
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(data)


def failing(status: int, answer: Any = None, **headers: str) -> Misbehaviour:
    """Answers with this, whatever was asked."""
    told = {"error_code": status, "message": "planned"} if answer is None else answer
    return lambda request: reply(request, status, told, **headers)


def hanging(state: StandIn) -> Misbehaviour:
    """Takes the question and is silent until the test is over."""

    def hang(request: BaseHTTPRequestHandler) -> None:
        state.over.wait(30)
        request.close_connection = True

    return hang


def dripping(state: StandIn) -> Misbehaviour:
    """Answers a byte at a time, each before anyone would call it silent, and never ends."""

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000000")
        request.end_headers()
        request.close_connection = True
        while not state.over.wait(0.02):
            try:
                request.wfile.write(b" ")
                request.wfile.flush()
            except OSError:
                return

    return drip


def hanging_up(request: BaseHTTPRequestHandler) -> None:
    """Closes the connection without a word."""
    request.close_connection = True


def breaking_off(request: BaseHTTPRequestHandler) -> None:
    """Promises more than it sends."""
    request.send_response(200)
    request.send_header("Content-Length", "100")
    request.end_headers()
    request.wfile.write(b'{"id"')
    request.close_connection = True


def answered(state: StandIn, method: str, target: str, body: bytes) -> Answer:
    """The registry itself."""
    parts = urlsplit(target)
    if not parts.path.startswith(f"{state.prefix}/"):
        return 404, b"<html>nothing here</html>"
    path = [unquote(step) for step in parts.path.removeprefix(state.prefix).strip("/").split("/")]
    match method, path:
        case "GET", ["subjects"]:
            return 200, sorted(state.subjects)
        case "GET", ["subjects", subject, "versions"]:
            found = state.subjects.get(subject)
            return (200, list(range(1, len(found) + 1))) if found else _no_subject(subject)
        case "GET", ["subjects", subject, "versions", number]:
            return _version(state, subject, number)
        case "POST", ["subjects", subject]:
            return _looked_up(state, subject, body)
        case "POST", ["subjects", subject, "versions"]:
            return _registered(state, subject, body)
        case "POST", ["compatibility", "subjects", subject, "versions"] if not state.only_latest:
            return _compatibility(state, subject, None, "verbose=true" in parts.query, body)
        case "POST", ["compatibility", "subjects", subject, "versions", number]:
            return _compatibility(state, subject, number, "verbose=true" in parts.query, body)
        case "GET", ["config", subject]:
            known = state.levels.get(subject) or ("defaultToGlobal=true" in parts.query and state.default)
            code = {"error_code": 40408, "message": f"Subject '{subject}' does not have a compatibility level"}
            return (200, {"compatibilityLevel": known}) if known else (404, code)
    return 404, {"error_code": 404, "message": "HTTP 404 Not Found"}


def _no_subject(subject: str) -> Answer:
    return 404, {"error_code": 40401, "message": f"Subject '{subject}' not found."}


def _place(state: StandIn, subject: str, number: str) -> int | Answer:
    found = state.subjects.get(subject)
    if not found:
        return _no_subject(subject)
    if number != "latest" and not (number.isdigit() and int(number)):
        told = f"The specified version '{number}' is not a valid version id."
        return 422, {"error_code": 42202, "message": told}
    place = len(found) if number == "latest" else int(number)
    return place if place <= len(found) else (404, {"error_code": 40402, "message": f"Version {number} not found."})


def _version(state: StandIn, subject: str, number: str) -> Answer:
    place = _place(state, subject, number)
    return place if isinstance(place, tuple) else (200, _as_json(state, subject, place))


def _as_json(state: StandIn, subject: str, place: int) -> dict[str, Any]:
    known, schema = state.subjects[subject][place - 1]
    return {"subject": subject, "version": place, "id": known, "schema": schema}


def _schema(body: bytes) -> tuple[str, Reading] | Answer:
    try:
        text = json.loads(body)["schema"]
        reading = read_avro(text)
    except (ValueError, KeyError, TypeError, SchemaInvalid):
        return 422, {"error_code": 42201, "message": "Either the input schema or one its references is invalid"}
    if not reading.legal:
        return 422, {"error_code": 42201, "message": f"Invalid schema {text}"}
    return text, reading


def _same(one: str, other: str) -> bool:
    return bool(json.loads(one) == json.loads(other))


def _number(state: StandIn, subject: str, text: str) -> int | None:
    found = enumerate(state.subjects.get(subject, []), 1)
    return next((number for number, (_, schema) in found if _same(schema, text)), None)


def _looked_up(state: StandIn, subject: str, body: bytes) -> Answer:
    if subject not in state.subjects:
        return _no_subject(subject)
    schema = _schema(body)
    if isinstance(schema[0], int):
        return schema  # type: ignore[return-value]
    number = _number(state, subject, schema[0])
    return (
        (200, _as_json(state, subject, number))
        if number
        else (404, {"error_code": 40403, "message": "Schema not found"})
    )


def _registered(state: StandIn, subject: str, body: bytes) -> Answer:
    schema = _schema(body)
    if isinstance(schema[0], int):
        return schema  # type: ignore[return-value]
    text, reading = schema
    if number := _number(state, subject, text):
        return 200, {"id": state.subjects[subject][number - 1][0]}
    published = [read_avro(old) for _, old in state.subjects.get(subject, [])]
    wrong = broken(state.level_of(subject), reading, published)  # type: ignore[arg-type]
    if wrong:
        return 409, {"error_code": 409, "message": "Schema being registered is incompatible with an earlier schema"}
    known = {schema: number for versions in state.subjects.values() for number, schema in versions}
    shared = next((number for old, number in known.items() if _same(old, text)), None)
    number = shared or max(known.values(), default=0) + 1
    state.subjects.setdefault(subject, []).append((number, text))
    return 200, {"id": number}


def _compatibility(state: StandIn, subject: str, number: str | None, verbose: bool, body: bytes) -> Answer:
    schema = _schema(body)
    if isinstance(schema[0], int):
        told = [schema[1]["message"]]  # type: ignore[index, call-overload]
        return (200, {"is_compatible": False, "messages": told}) if verbose else schema  # type: ignore[return-value]
    level, published = state.level_of(subject), [read_avro(old) for _, old in state.subjects.get(subject, [])]
    if number is not None and not (number == "latest" and not published):
        place = _place(state, subject, number)
        if isinstance(place, tuple):
            return place
        published = [published[place - 1]]
    wrong = broken(level, schema[1], published)  # type: ignore[arg-type]
    messages = [f"{{oldSchemaVersion: {place + 1}}}" for place in wrong] + [f"{{compatibility: '{level}'}}"] * bool(
        wrong
    )
    return 200, {"is_compatible": not wrong} | ({"messages": messages} if verbose else {})
