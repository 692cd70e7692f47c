"""What a registry answers, as the platform understands it; and that no answer, however bad, is taken for another."""

import json
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import time
from typing import Any

import pytest

from mesh_platform.schema.registry import client
from mesh_platform.schema.registry.access import Access, Patience, read_access
from mesh_platform.schema.registry.exchange import LARGEST_ANSWER, Registry, open_registry
from mesh_platform.schema.registry.problem import RegistryDenied, RegistryProblem, RegistryRefused, RegistryUnavailable
from tests.schema.registry.stand_in import (
    MEDIA_TYPE,
    StandIn,
    breaking_off,
    dripping,
    failing,
    hanging,
    hanging_up,
    reply,
    serving,
)

SUBJECT = "orders.order_events-value"
SECRET = "hunter2-hunter2"  # of nobody
FAST = Patience(connect=1, silence=0.15, whole=0.6)


def schema(*fields: str) -> str:
    made = [{"name": f, "type": "string"} for f in fields]
    return json.dumps({"type": "record", "name": "R", "fields": made})


def optional(name: str) -> str:
    extra = {"name": name, "type": ["null", "string"], "default": None}
    known = json.loads(schema("a"))
    return json.dumps(known | {"fields": [*known["fields"], extra]})


@contextmanager
def opened(state: StandIn, pauses: list[float] | None = None, **variables: str) -> Iterator[Registry]:
    access = read_access({"MESH_REGISTRY_URL": state.url + state.prefix, **variables})
    assert access
    with open_registry(access, pause=([] if pauses is None else pauses).append) as registry:
        yield registry


@contextmanager
def impatient(state: StandIn) -> Iterator[Registry]:
    with open_registry(Access(state.url, patience=FAST)) as registry:
        yield registry


ASKING: list[Callable[[Registry], Any]] = [
    lambda r: client.compatibility(r, SUBJECT, schema("a")),
    lambda r: client.register(r, SUBJECT, schema("a")),
    lambda r: client.look_up(r, SUBJECT, schema("a")),
    lambda r: client.subjects(r),
    lambda r: client.versions(r, SUBJECT),
    lambda r: client.version(r, SUBJECT, 1),
    lambda r: client.level(r, SUBJECT),
]


def test_a_schema_is_registered_looked_up_and_listed(stand_in: StandIn) -> None:
    with opened(stand_in) as registry:
        assert client.subjects(registry) == []
        assert client.versions(registry, SUBJECT) == []
        assert client.look_up(registry, SUBJECT, schema("a")) is None
        first = client.register(registry, SUBJECT, schema("a"))
        assert client.register(registry, SUBJECT, schema("a")) == first
        second = client.register(registry, SUBJECT, optional("b"))
        assert client.look_up(registry, SUBJECT, optional("b")) == client.Registered(2, second)
        assert client.look_up(registry, SUBJECT, schema("z")) is None
        assert client.versions(registry, SUBJECT) == [1, 2]
        assert client.version(registry, SUBJECT, 1) == client.Registered(1, first)
        assert client.version(registry, SUBJECT, 3) is None
        assert client.version(registry, "other", 3) is None
        assert client.subjects(registry) == [SUBJECT]


def test_a_verdict_follows_the_level_and_names_the_versions(stand_in: StandIn) -> None:
    with opened(stand_in) as registry:
        assert client.compatibility(registry, SUBJECT, schema("a")) == client.Verdict(True)
        client.register(registry, SUBJECT, schema("a"))
        assert client.level(registry, SUBJECT) == "BACKWARD"
        refused = client.compatibility(registry, SUBJECT, schema("a", "b"))
        assert refused == client.Verdict(False, ("{oldSchemaVersion: 1}", "{compatibility: 'BACKWARD'}"))
        with pytest.raises(RegistryRefused, match="incompatible") as conflict:
            client.register(registry, SUBJECT, schema("a", "b"))
        assert (conflict.value.status, conflict.value.code) == (409, 409)
        stand_in.levels[SUBJECT] = "FORWARD"
        assert client.level(registry, SUBJECT) == "FORWARD"
        assert client.compatibility(registry, SUBJECT, schema("a", "b")).compatible


def test_a_transitive_level_looks_at_every_version(stand_in: StandIn) -> None:
    stand_in.default = "NONE"
    with opened(stand_in) as registry:
        for fields in (("a",), ("b",), ("b", "c")):
            client.register(registry, SUBJECT, schema(*fields))
        stand_in.default = "BACKWARD"
        assert client.compatibility(registry, SUBJECT, schema("b")).compatible
        stand_in.default = "BACKWARD_TRANSITIVE"
        refused = client.compatibility(registry, SUBJECT, schema("b"))
        assert refused == client.Verdict(False, ("{oldSchemaVersion: 1}", "{compatibility: 'BACKWARD_TRANSITIVE'}"))


def test_an_illegal_schema_is_refused_and_unknown(stand_in: StandIn) -> None:
    with opened(stand_in) as registry:
        client.register(registry, SUBJECT, schema("a"))
        assert not client.compatibility(registry, SUBJECT, schema("a", "a")).compatible
        assert client.look_up(registry, SUBJECT, schema("a", "a")) is None
        with pytest.raises(RegistryRefused, match="`42201`"):
            client.register(registry, SUBJECT, schema("a", "a"))
        stand_in.plan = [failing(422, {"error_code": 42201, "message": "Invalid schema"})]
        assert client.compatibility(registry, SUBJECT, "{}") == client.Verdict(False, ("`42201`: Invalid schema",))
        stand_in.plan = [failing(422, {"error_code": 42202, "message": "not a valid version"})]
        with pytest.raises(RegistryRefused, match="`42202`"):
            client.version(registry, SUBJECT, 0)


def test_a_registry_that_compares_with_one_version_only_is_asked_for_the_latest(stand_in: StandIn) -> None:
    stand_in.only_latest = True
    with opened(stand_in) as registry:
        assert client.compatibility(registry, SUBJECT, schema("a")) == client.Verdict(True)
        client.register(registry, SUBJECT, schema("a"))
        assert not client.compatibility(registry, SUBJECT, schema("a", "b")).compatible
    assert stand_in.paths[-1] == f"POST /compatibility/subjects/{SUBJECT}/versions/latest?verbose=true"


@pytest.mark.parametrize("subject", ["a/b", ":.ctx:a", "ä b?#%", "a+b", "..a"])
def test_a_subject_is_one_step_of_the_path(stand_in: StandIn, subject: str) -> None:
    with opened(stand_in) as registry:
        client.register(registry, subject, schema("a"))
        assert client.look_up(registry, subject, schema("a"))
        assert client.versions(registry, subject) == [1]
    assert list(stand_in.subjects) == [subject]


def test_a_registry_below_a_path_is_asked_there(stand_in: StandIn) -> None:
    stand_in.prefix = "/api/registry"
    with opened(stand_in) as registry:
        assert client.subjects(registry) == []
    assert stand_in.paths == ["GET /api/registry/subjects"]


def test_what_is_sent_is_of_the_registrys_media_type(stand_in: StandIn) -> None:
    with opened(stand_in) as registry:
        client.register(registry, SUBJECT, schema("a"))
    _, _, headers = stand_in.asked[0]
    assert headers["Content-Type"] == MEDIA_TYPE
    assert "Authorization" not in headers


def test_basic_and_bearer_open_the_door(stand_in: StandIn) -> None:
    basic = {"MESH_REGISTRY_USER": "me", "MESH_REGISTRY_PASSWORD": SECRET}
    for variables in (basic, {"MESH_REGISTRY_TOKEN": SECRET}):
        with opened(stand_in, **variables) as registry:
            stand_in.authorization = registry.access.authorization
            assert client.subjects(registry) == []
    stand_in.authorization = "Bearer another"
    with opened(stand_in, **basic) as registry, pytest.raises(RegistryDenied, match="not accepted"):
        client.subjects(registry)


def test_no_netrc_is_ever_asked(stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login me password {SECRET}")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with opened(stand_in) as registry:
        client.subjects(registry)
    assert "Authorization" not in stand_in.asked[0][2]


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("ask", ASKING)
def test_who_is_not_let_in_is_told_so_at_once(stand_in: StandIn, ask: Callable[[Registry], Any], status: int) -> None:
    stand_in.plan = [failing(status)] * 9
    with opened(stand_in) as registry, pytest.raises(RegistryDenied, match=str(status)):
        ask(registry)
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("ask", ASKING)
def test_a_burst_of_failures_is_waited_out(stand_in: StandIn, ask: Callable[[Registry], Any], status: int) -> None:
    pauses: list[float] = []
    with opened(stand_in, pauses) as registry:
        client.register(registry, SUBJECT, schema("a"))
        stand_in.plan = [failing(status, {"error_code": 50001, "message": "Error in the backend data store"})] * 3
        ask(registry)
    assert pauses == [0.25, 0.5, 1.0]


@pytest.mark.parametrize("ask", ASKING)
def test_a_lasting_failure_is_an_outage(stand_in: StandIn, ask: Callable[[Registry], Any]) -> None:
    stand_in.plan = [failing(500, {"error_code": 50001, "message": "backend data store"})] * 9
    with opened(stand_in) as registry, pytest.raises(RegistryUnavailable, match="`500`: backend data store"):
        ask(registry)
    assert len(stand_in.asked) == 4


def test_registering_twice_because_an_answer_was_lost_registers_once(stand_in: StandIn) -> None:
    def lost(request: BaseHTTPRequestHandler) -> None:
        stand_in.subjects[SUBJECT] = [(1, schema("a"))]
        hanging_up(request)

    stand_in.plan = [lost]
    with opened(stand_in) as registry:
        assert client.register(registry, SUBJECT, schema("a")) == 1
    assert len(stand_in.subjects[SUBJECT]) == 1


def test_the_registry_says_how_long_to_wait_and_is_believed_within_bounds(stand_in: StandIn) -> None:
    pauses: list[float] = []
    with opened(stand_in, pauses) as registry:
        later = formatdate(time() + 4, usegmt=True)
        stand_in.plan = [
            failing(429, Retry_After="3"),
            failing(503, Retry_After=later),
            failing(429, Retry_After="soon"),
        ]
        client.subjects(registry)
        assert pauses[0] == 3.0
        assert 2.0 < pauses[1] <= 4.0
        assert pauses[2] == 1.0
        stand_in.plan = [failing(429, Retry_After="3600")]
        with pytest.raises(RegistryUnavailable, match=r"`429`.* waited for 3600 s"):
            client.subjects(registry)
    assert len(pauses) == 3


ODD: list[tuple[Any, str]] = [
    (b"<html>", "not JSON"),
    (b"", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b"\xff\xfe", "not JSON"),
    (b"null", "no "),
    (b"42", "no "),
    (b"[[]]", "no "),
    (b'{"id": true, "version": "1", "is_compatible": "yes", "compatibilityLevel": 3}', "no "),
]


@pytest.mark.parametrize(("body", "reason"), ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("ask", ASKING)
def test_nonsense_is_an_outage_and_never_an_answer(
    stand_in: StandIn, ask: Callable[[Registry], Any], body: bytes, reason: str
) -> None:
    stand_in.plan = [failing(200, body)] * 9
    with opened(stand_in) as registry, pytest.raises(RegistryUnavailable, match=reason):
        ask(registry)


@pytest.mark.parametrize("ask", ASKING)
def test_a_404_of_something_else_is_no_unknown_subject(stand_in: StandIn, ask: Callable[[Registry], Any]) -> None:
    stand_in.plan = [failing(404, b"<html>not here</html>")] * 9
    with opened(stand_in) as registry, pytest.raises(RegistryUnavailable, match="is its address right"):
        ask(registry)
    stand_in.plan = [failing(404, {"error_code": 404, "message": "HTTP 404 Not Found"})] * 9
    with opened(stand_in) as registry, pytest.raises(RegistryRefused, match="HTTP 404"):
        ask(registry)


def test_a_redirection_is_not_followed(stand_in: StandIn) -> None:
    with serving() as other:
        stand_in.plan = [failing(307, b"", Location=f"{other.url}/subjects")]
        with (
            opened(stand_in, MESH_REGISTRY_TOKEN=SECRET) as registry,
            pytest.raises(RegistryUnavailable, match="redirection"),
        ):
            client.subjects(registry)
        assert other.asked == []


def test_silence_ends_in_time(stand_in: StandIn) -> None:
    stand_in.plan = [hanging(stand_in)] * 9
    with impatient(stand_in) as registry, pytest.raises(RegistryUnavailable, match=r"^no answer in time$"):
        client.subjects(registry)
    assert len(stand_in.asked) < 4


def test_an_answer_that_never_ends_ends_in_time(stand_in: StandIn) -> None:
    stand_in.plan = [dripping(stand_in)]
    with impatient(stand_in) as registry, pytest.raises(RegistryUnavailable, match="no whole answer in time"):
        client.subjects(registry)


def test_an_answer_without_bound_is_not_held(stand_in: StandIn) -> None:
    stand_in.plan = [failing(200, b" " * (LARGEST_ANSWER + (1 << 20)))]
    with opened(stand_in) as registry, pytest.raises(RegistryUnavailable, match="longer than"):
        client.subjects(registry)


@pytest.mark.parametrize("how", [hanging_up, breaking_off])
def test_a_broken_connection_is_tried_again_and_then_an_outage(
    stand_in: StandIn, how: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    stand_in.plan = [how]
    with opened(stand_in) as registry:
        assert client.subjects(registry) == []
        stand_in.plan = [how] * 9
        with pytest.raises(RegistryUnavailable):
            client.subjects(registry)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    opening = open_registry(Access(url), pause=[].append)
    with opening as registry, pytest.raises(RegistryUnavailable, match="refused") as told:
        client.subjects(registry)
    assert "127.0.0.1" not in str(told.value)


def test_a_host_that_does_not_exist_is_an_outage() -> None:
    opening = open_registry(Access("https://registry.invalid"), pause=[].append)
    with opening as registry, pytest.raises(RegistryUnavailable):
        client.subjects(registry)


def test_what_a_registry_says_is_shown_in_one_line_without_the_secret(
    stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def echoing(request: BaseHTTPRequestHandler) -> None:
        said = f"you sent\n\x1b[31m{request.headers['Authorization']} {SECRET}" + "x" * 9000
        reply(request, 401, {"error_code": 401, "message": said})

    basic = {"MESH_REGISTRY_USER": "me", "MESH_REGISTRY_PASSWORD": SECRET}
    for variables in (basic, {"MESH_REGISTRY_TOKEN": SECRET}):
        with opened(stand_in, **variables) as registry:
            stand_in.plan = [echoing]
            with pytest.raises(RegistryDenied) as told:
                client.subjects(registry)
        assert str(told.value).isprintable()
        assert len(str(told.value)) < 700
        assert "***" in str(told.value)
        encoded = str(registry.access.authorization).split()[-1]
        for text in (repr(told.value), repr(registry), caplog.text, repr(stand_in.paths)):
            assert SECRET not in text
            assert encoded not in text


def test_messages_of_a_verdict_are_cleaned_too(stand_in: StandIn) -> None:
    said = {"is_compatible": False, "messages": [f"a\nb {SECRET}", 3, None, "x" * 9000]}
    stand_in.plan = [failing(200, said)]
    with opened(stand_in, MESH_REGISTRY_TOKEN=SECRET) as registry:
        verdict = client.compatibility(registry, SUBJECT, schema("a"))
    assert verdict.messages[0] == "a b ***"
    assert all(len(m) < 600 for m in verdict.messages)
    assert len(verdict.messages) == 2


def test_the_unreadable_problems_are_one_family() -> None:
    assert all(issubclass(p, RegistryProblem) for p in (RegistryUnavailable, RegistryDenied, RegistryRefused))
