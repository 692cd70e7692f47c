"""A notice reaches a real HTTP server once for every route and change, whatever is down meanwhile."""

import json
import logging
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from mesh_platform import names
from mesh_platform.manifest.notifications import Maintenance, Notifications, Route, RouteKind
from mesh_platform.notifying.deliver import DeliveryReport, Way, attempted, deliver, recorded
from mesh_platform.notifying.delivery import State
from mesh_platform.notifying.enqueue import enqueue
from mesh_platform.notifying.message import Message, message
from mesh_platform.notifying.notice import Kind, Notice
from mesh_platform.notifying.outbox import in_states
from mesh_platform.notifying.outcome import LONGEST_PAUSE, LONGEST_WISH, MOST_ATTEMPTS
from mesh_platform.notifying.post import Answer, post
from mesh_platform.notifying.retrying import retry
from mesh_platform.slo.measurement import Severity
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb
from tests.notifying.notices import KEY, NOW, PAGERDUTY, SECRET, SLACK, WEBHOOK, config, environ, muted, notice
from tests.notifying.receiver import Receiver, answering, receiving

ALL = config(SLACK, PAGERDUTY, WEBHOOK)
HOOK = config(WEBHOOK)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as state:
        yield state


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


class Mail:
    """A warehouse, a receiver and a clock that only a test moves."""

    def __init__(self, warehouse: DuckDbWarehouse, receiver: Receiver, home: Path) -> None:
        self.warehouse, self.receiver, self.home, self.now = warehouse, receiver, home, NOW
        self.environ = environ(receiver.url)

    def tick(
        self, *notices: Notice, config: Notifications = HOOK, later: timedelta = timedelta(0), budget: float = 20
    ) -> DeliveryReport:
        self.now += later
        enqueue(self.warehouse, notices, config, self.now)
        return deliver(self.warehouse, config, self.environ, self.home, self.now, budget=budget)

    def states(self) -> dict[str, int]:
        found = [d.state for d in in_states(self.warehouse, State).values()]
        return {str(state): found.count(state) for state in State if state in found}


@pytest.fixture
def mail(warehouse: DuckDbWarehouse, receiver: Receiver, home: Path) -> Mail:
    return Mail(warehouse, receiver, home)


def test_a_page_is_received_exactly_once_by_each_of_its_routes(mail: Mail) -> None:
    report = mail.tick(notice(), config=ALL)
    assert (report.sent, report.waiting, report.lines) == (3, 0, ())
    for _ in range(3):
        mail.tick(notice(), config=ALL, later=timedelta(minutes=1))
    assert sorted(path.split("/")[1] for path, _, _ in mail.receiver.got) == ["pagerduty", "slack", "webhook"]
    assert len({headers["Idempotency-Key"] for _, headers, _ in mail.receiver.got}) == 3


def test_a_ticket_wakes_nobody(mail: Mail) -> None:
    mail.tick(notice(severity=Severity.TICKET), config=ALL)
    assert sorted(path.split("/")[1] for path, _, _ in mail.receiver.got) == ["slack", "webhook"]
    mail.tick(notice(Kind.CLOSED, severity=Severity.TICKET), config=ALL)
    assert sorted(path.split("/")[1] for path, _, _ in mail.receiver.got) == ["slack", "slack", "webhook", "webhook"]


def test_an_alert_is_triggered_acknowledged_and_resolved_under_one_key(mail: Mail) -> None:
    kinds = [Kind.OPENED, Kind.ACKNOWLEDGED, Kind.CLOSED, Kind.REOPENED, Kind.CLOSED]
    for number, kind in enumerate(kinds):
        mail.tick(notice(kind, number), config=config(PAGERDUTY), later=timedelta(minutes=1))
    assert [b["event_action"] for b in mail.receiver.bodies] == [
        "trigger", "acknowledge", "resolve", "trigger", "resolve",
    ]  # fmt: skip
    assert {b["dedup_key"] for b in mail.receiver.bodies} == {"inc-1"}
    assert {b["routing_key"] for b in mail.receiver.bodies} == {KEY}


def test_whoever_was_paged_hears_of_the_end_though_it_ends_as_a_ticket(mail: Mail) -> None:
    mail.tick(notice(), config=ALL)
    mail.tick(notice(Kind.CLOSED, severity=Severity.TICKET, oncall="@others"), config=ALL)
    assert [b["event_action"] for p, _, b in mail.receiver.got if "pagerduty" in p] == ["trigger", "resolve"]


@pytest.mark.parametrize("status", [500, 502, 503, 408, 425, 429])
def test_what_passes_is_tried_again_after_a_doubling_pause(mail: Mail, status: int) -> None:
    mail.receiver.plan = [answering(status), answering(status)]
    first = mail.tick(notice())
    assert (first.sent, first.retried, first.waiting) == (0, 1, 1)
    assert f"`{status}`" in first.lines[0]
    assert mail.tick(later=timedelta(seconds=59)).retried == 0
    assert mail.tick(later=timedelta(seconds=1)).retried == 1
    assert mail.tick(later=timedelta(minutes=1)).retried == 0
    assert mail.tick(later=timedelta(minutes=1)).sent == 1
    assert len(mail.receiver.got) == 3
    assert len({headers["Idempotency-Key"] for _, headers, _ in mail.receiver.got}) == 1


def test_an_endpoint_that_wants_to_be_left_alone_is(mail: Mail) -> None:
    mail.receiver.plan = [
        answering(429, Retry_After="600"),
        answering(503, Retry_After="Mon, 23 Nov 2026 13:00:00 GMT"),
    ]
    mail.tick(notice())
    assert mail.tick(later=timedelta(seconds=599)).retried == 0
    assert mail.tick(later=timedelta(seconds=1)).retried == 1
    assert mail.tick(later=timedelta(minutes=49, seconds=59)).sent == 0
    assert mail.tick(later=timedelta(seconds=1)).sent == 1


@pytest.mark.parametrize(
    "wish", ["999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "soon", "-5", "", "Mon, 23 Nov 2026 13:00:00"]
)
def test_no_wish_keeps_a_page_back_for_ever(mail: Mail, wish: str) -> None:
    mail.receiver.plan = [answering(429, Retry_After=wish)]
    mail.tick(notice())
    assert mail.tick(later=LONGEST_WISH).sent == 1


def test_what_is_never_taken_is_given_up_and_kept_where_a_person_finds_it(mail: Mail, home: Path) -> None:
    mail.receiver.plan = [answering(500)] * MOST_ATTEMPTS
    reports = [mail.tick(notice(), later=LONGEST_PAUSE) for _ in range(MOST_ATTEMPTS)]
    assert [r.dead for r in reports] == [0] * (MOST_ATTEMPTS - 1) + [1]
    mail.tick(later=LONGEST_PAUSE)
    assert len(mail.receiver.got) == MOST_ATTEMPTS
    (letter,) = map(json.loads, (home / names.DEAD_LETTERS).read_text().splitlines())
    assert (letter["route"], letter["attempts"], letter["notice"]["incident"]) == (WEBHOOK.id, MOST_ATTEMPTS, "inc-1")
    assert letter["error"] == "it answered `500`"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (answering(400, b"invalid_payload"), "it answered `400`: invalid_payload"),
        (answering(401), "it answered `401`"),
        (answering(404, b"<html>" + SECRET.encode()), "it answered `404`"),
        (answering(302, Location="/elsewhere"), "it answered `302`, a redirection, which is not followed"),
    ],
)
def test_what_is_refused_is_given_up_at_once(mail: Mail, answer: tuple[int, dict[str, str], bytes], said: str) -> None:
    mail.receiver.plan = [answer]
    report = mail.tick(notice())
    assert (report.dead, report.waiting) == (1, 0)
    (dead,) = in_states(mail.warehouse, [State.DEAD]).values()
    assert dead.last_error == said
    mail.tick(later=timedelta(days=1))
    assert len(mail.receiver.got) == 1


def test_nobody_follows_a_redirection_to_another_host(mail: Mail) -> None:
    with receiving() as other:
        mail.receiver.plan = [answering(307, Location=f"{other.url}/stolen")]
        mail.tick(notice())
        assert other.got == []


def test_a_restart_in_between_loses_and_repeats_nothing(mail: Mail, home: Path) -> None:
    mail.receiver.plan = [answering(500)]
    mail.tick(notice())
    mail.warehouse.connection.close()
    with open_duckdb(home / "warehouse.duckdb") as reopened:
        mail.warehouse = reopened
        assert mail.tick(later=timedelta(minutes=1)).sent == 1
        assert mail.tick(later=timedelta(minutes=1)).sent == 0
    assert len(mail.receiver.got) == 2


def test_a_dead_endpoint_holds_up_no_other_and_is_asked_once_a_tick(mail: Mail, receiver: Receiver) -> None:
    with receiving() as dead:
        dead.plan = [dead.silent] * 10
        mail.environ["MESH_SLACK_ORDERS"] = dead.url
        report = mail.tick(*[notice(incident=f"inc-{n}") for n in range(5)], config=ALL, budget=60)
        assert len(dead.got) == 1
    assert (report.sent, report.retried, report.waiting) == (10, 1, 5)
    assert "no answer in time" in report.lines[0]
    assert len(receiver.got) == 10


def test_an_endpoint_that_is_not_there_is_tried_again(mail: Mail) -> None:
    with receiving() as gone:
        mail.environ["MESH_WEBHOOK"] = gone.url
    assert "connection refused" in mail.tick(notice()).lines[0]
    mail.environ = environ(mail.receiver.url)
    assert mail.tick(later=timedelta(minutes=1)).sent == 1


def test_a_notice_never_overtakes_an_earlier_one_of_its_incident(mail: Mail) -> None:
    mail.receiver.plan = [answering(500, Retry_After="300")]
    mail.tick(notice(), config=config(PAGERDUTY))
    mail.tick(notice(Kind.CLOSED), config=config(PAGERDUTY), later=timedelta(minutes=1))
    mail.tick(notice(incident="inc-2"), config=config(PAGERDUTY), later=timedelta(minutes=1))
    mail.tick(config=config(PAGERDUTY), later=timedelta(minutes=3))
    told = [(b["dedup_key"], b["event_action"]) for b in mail.receiver.bodies]
    assert told == [("inc-1", "trigger"), ("inc-2", "trigger"), ("inc-1", "trigger"), ("inc-1", "resolve")]


def test_what_is_muted_is_told_when_the_mute_ends_and_only_once(mail: Mail) -> None:
    quiet = config(WEBHOOK, mutes=(muted(date(2026, 11, 23)),))
    mail.tick(notice(), config=quiet)
    mail.tick(notice(Kind.ESCALATED), config=quiet, later=timedelta(hours=11, minutes=59))
    assert mail.receiver.got == []
    for _ in range(3):
        mail.tick(config=quiet, later=timedelta(minutes=1))
    assert [b["kind"] for b in mail.receiver.bodies] == ["escalated"]
    mail.tick(notice(Kind.CLOSED), config=quiet)
    assert [b["kind"] for b in mail.receiver.bodies] == ["escalated", "closed"]


def test_what_ends_in_silence_is_never_told(mail: Mail) -> None:
    quiet = config(WEBHOOK, mutes=(muted(date(2026, 11, 23)),))
    mail.tick(notice(), config=quiet)
    mail.tick(notice(Kind.CLOSED), config=quiet, later=timedelta(hours=1))
    mail.tick(config=quiet, later=timedelta(days=2))
    assert (mail.receiver.got, mail.states()) == ([], {"dropped": 2})


def test_maintenance_silences_its_products_and_still_resolves_what_was_paged(mail: Mail) -> None:
    window = Maintenance(products=("orders.*",), begins=NOW, until=NOW + timedelta(hours=4), reason="move")
    quiet = config(PAGERDUTY, maintenance=(window,))
    mail.now = NOW - timedelta(minutes=5)
    mail.tick(notice(), config=quiet)
    mail.tick(notice(Kind.CLOSED), config=quiet, later=timedelta(minutes=10))
    mail.tick(notice(incident="inc-2"), config=quiet)
    assert [b["event_action"] for b in mail.receiver.bodies] == ["trigger", "resolve"]
    mail.tick(config=quiet, later=timedelta(hours=4))
    assert [b["dedup_key"] for b in mail.receiver.bodies] == ["inc-1", "inc-1", "inc-2"]


def test_without_a_route_everything_is_a_readable_line_in_a_file_and_the_log(mail: Mail, home: Path) -> None:
    report = mail.tick(notice(reason="older\nthan \x1b[31mpromised"), config=config())
    mail.tick(config=config())
    (line,) = (home / names.NOTIFICATIONS_LOG).read_text().splitlines()
    assert (line,) == report.lines
    assert line.startswith("2026-11-23 12:00 UTC page opened orders.order_events: freshness is not what was promised")
    assert "\x1b" not in line
    assert all(
        word in line for word in ("order-experience-squad", "@orders-oncall", "docs/on-call.md#freshness", "inc-1")
    )


def test_what_no_route_takes_is_in_the_file_as_well(mail: Mail, home: Path) -> None:
    mail.tick(notice(channel="#data-finance", oncall="@finance-oncall"), config=config(SLACK, PAGERDUTY))
    assert mail.receiver.got == []
    assert len((home / names.NOTIFICATIONS_LOG).read_text().splitlines()) == 1


def test_a_home_that_cannot_be_written_costs_nothing_but_time(mail: Mail, tmp_path: Path) -> None:
    mail.home = tmp_path / "file"
    mail.home.write_text("")
    assert mail.tick(notice(), config=config()).retried == 1
    mail.home = tmp_path / "folder"
    assert mail.tick(config=config(), later=timedelta(minutes=1)).sent == 1


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "ftp://a.example.com",
        "http://a.example.com/x",
        "https://:0/",
        "https://u:p@a.example.com",
        "https://[",
        "\udcff",
    ],
)
def test_a_variable_that_holds_no_address_is_said_by_its_name_and_may_be_mended(mail: Mail, value: str | None) -> None:
    mail.environ = {} if value is None else {"MESH_WEBHOOK": value}
    report = mail.tick(notice())
    assert report.retried == 1
    assert "`MESH_WEBHOOK`" in report.lines[0]
    assert not value or value not in report.lines[0]
    mail.environ = environ(mail.receiver.url)
    assert mail.tick(later=timedelta(minutes=1)).sent == 1


def test_no_secret_is_in_any_log_line_table_or_file(mail: Mail, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f'{{"message": "{KEY} {SECRET} is wrong"}}'.encode()
    mail.receiver.plan = [answering(400, echo), answering(500, SECRET.encode()), answering(403, b"secret_path")]
    reports = [mail.tick(notice(), config=ALL)]
    with receiving() as gone:
        mail.environ = environ(gone.url)
    reports.append(mail.tick(notice(incident="inc-2"), config=ALL))
    mail.environ = environ("https://no-such-host.invalid")
    reports.append(mail.tick(notice(incident="inc-3"), config=ALL))
    mail.environ = environ(f"https://127.0.0.1:{mail.receiver.url.rpartition(':')[2]}")
    reports.append(mail.tick(notice(incident="inc-4"), config=ALL))
    kept = str(mail.warehouse.query(f"select * from {names.NOTIFICATIONS}")) + (home / names.DEAD_LETTERS).read_text()
    told = caplog.text + str([r.lines for r in reports]) + kept
    assert len(mail.receiver.got) >= 3
    assert "it does not speak TLS" in told
    assert KEY not in told
    assert SECRET not in told


def test_the_filter_is_only_for_what_we_send(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3.connectionpool").debug("somebody else's")
    assert "somebody else's" in caplog.text


def test_whatever_sending_raises_is_one_failed_attempt(mail: Mail) -> None:
    def broken(_: object) -> Answer:
        raise RuntimeError(SECRET)

    enqueue(mail.warehouse, [notice()], HOOK, NOW)
    report = deliver(mail.warehouse, HOOK, mail.environ, mail.home, NOW, post=broken)
    assert report.retried == 1
    assert "RuntimeError" in report.lines[0]
    assert SECRET not in report.lines[0]


def test_what_is_dead_can_be_sent_again_but_not_after_its_end(mail: Mail) -> None:
    mail.receiver.plan = [answering(403)]
    mail.tick(notice())
    mail.tick(notice(Kind.CLOSED))
    (dropped,) = retry(mail.warehouse, (), mail.now)
    assert dropped.state is State.DROPPED
    mail.receiver.plan = [answering(403)]
    mail.tick(notice(incident="inc-2"))
    retry(mail.warehouse, (), mail.now)
    assert mail.tick().sent == 1
    assert [b["kind"] for b in mail.receiver.bodies] == ["opened", "closed", "opened", "opened"]


@pytest.mark.parametrize("late", [Answer(None, problem="no answer in time"), Answer(403), Answer(200)])
def test_what_comes_late_does_not_undo_what_a_retry_has_sent(mail: Mail, home: Path, late: Answer) -> None:
    """The monitor has the warehouse closed while it waits; meanwhile somebody runs `mesh notifications retry`."""
    enqueue(mail.warehouse, [notice()], HOOK, NOW)
    pending = in_states(mail.warehouse, [State.PENDING])
    tried = attempted(pending, Way(HOOK, mail.environ, home, lambda message: late), NOW, 5)
    retry(mail.warehouse, [], NOW)
    assert deliver(mail.warehouse, HOOK, mail.environ, home, NOW).sent == 1
    after_retry = in_states(mail.warehouse, State)
    assert recorded(mail.warehouse, pending, tried, home) == DeliveryReport()
    assert in_states(mail.warehouse, State) == after_retry
    assert not (home / names.DEAD_LETTERS).exists()
    assert mail.tick(later=timedelta(hours=2)).sent == 0


def test_what_was_taken_stays_taken_though_another_monitor_had_no_answer(mail: Mail, home: Path) -> None:
    enqueue(mail.warehouse, [notice()], HOOK, NOW)
    pending = in_states(mail.warehouse, [State.PENDING])
    one, other = (
        attempted(pending, Way(HOOK, mail.environ, home, lambda message, answer=answer: answer), NOW, 5)  # type: ignore[misc]
        for answer in (Answer(None, problem="no answer in time"), Answer(200))
    )
    assert recorded(mail.warehouse, pending, one, home).retried == 1
    assert recorded(mail.warehouse, pending, other, home).sent == 1
    assert recorded(mail.warehouse, pending, one, home).retried == 0
    assert mail.states() == {"sent": 1}


def test_a_signed_webhook_proves_where_it_comes_from(mail: Mail) -> None:
    signed = Route(to="*", kind=RouteKind.WEBHOOK, url_from="MESH_WEBHOOK", key_from="MESH_WEBHOOK_KEY")
    mail.environ["MESH_WEBHOOK_KEY"] = KEY
    mail.tick(notice(), config=config(signed))
    ((_, headers, _),) = mail.receiver.got
    assert headers["X-Mesh-Signature"].startswith("sha256=")
    assert KEY not in str(headers)


def test_without_a_variable_pagerduty_is_asked_at_its_own_address() -> None:
    route = Route(to="*", kind=RouteKind.PAGERDUTY, key_from="MESH_PAGERDUTY")
    request = message(route, notice(), "id", {"MESH_PAGERDUTY": KEY})
    assert request.url == "https://events.pagerduty.com/v2/enqueue"
    assert KEY not in repr(request)


def test_a_tick_that_is_made_again_files_nothing_again(mail: Mail) -> None:
    story = [notice(), notice(Kind.CLOSED), notice(Kind.REOPENED)]
    for _ in range(3):
        mail.tick(*story)
    assert [b["kind"] for b in mail.receiver.bodies] == ["opened", "closed", "reopened"]


def test_a_post_never_raises() -> None:
    for url in ("https://\udcff/", "nonsense", "https://a b/", "http://127.0.0.1:1/"):
        assert post(Message(url, b"{}", {})).status is None


def test_the_receiver_gets_what_happened_first_first(mail: Mail) -> None:
    mail.tick(*[notice(incident=f"inc-{n:02}") for n in range(20)])
    assert [b["incident"] for b in mail.receiver.bodies] == [f"inc-{n:02}" for n in range(20)]
