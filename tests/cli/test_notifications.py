"""`mesh notifications`: a person sees who could not be told, mends it, and they are told."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mesh_platform import names
from mesh_platform.manifest.gather import gather
from mesh_platform.notifying.deliver import deliver
from mesh_platform.notifying.enqueue import enqueue
from mesh_platform.notifying.notice import Kind
from mesh_platform.warehouse.duckdb import open_duckdb
from tests.cli.desk import Asked, Desk
from tests.notifying.notices import KEY, NOW, SECRET, notice
from tests.notifying.receiver import Receiver, answering, receiving

CONFIG = """\
routes:
  - {to: "*", kind: webhook, url_from: MESH_WEBHOOK}
mutes:
  - {product: finance.revenue_daily, until: 2026-12-01, by: finance-squad, reason: the close}
"""


@dataclass
class Here(Desk):
    """Where everything is told to one receiver, and somebody asks who was told."""

    receiver: Receiver

    def notifications(self, *arguments: str) -> Asked:
        return self.mesh("notifications", *arguments)

    def happened(self) -> None:
        """One notice was refused, one came while its receiver was down, one is muted."""
        config = gather(self.environment.root).notifications
        told = [
            notice(),
            notice(incident="inc-2", kind=Kind.ESCALATED),
            notice(incident="inc-3", product="finance.revenue_daily"),
        ]
        self.receiver.plan = [answering(403), answering(500)]
        environ = {"MESH_WEBHOOK": f"{self.receiver.url}/{SECRET}"}
        with open_duckdb(self.environment.warehouse_file) as warehouse:
            enqueue(warehouse, told, config, NOW)
            deliver(warehouse, config, environ, self.environment.home, NOW)


@pytest.fixture
def here(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    (desk.environment.root / "domains" / names.NOTIFICATIONS_FILE).write_text(CONFIG)
    with receiving() as receiver:
        monkeypatch.setenv("MESH_WEBHOOK", f"{receiver.url}/{SECRET}")
        yield Here(desk.environment, desk.capsys, receiver)


def test_a_mesh_that_told_nobody_anything_says_so(here: Here) -> None:
    assert here.notifications() == (0, "nobody waits to be told of anything\n", "")
    assert here.notifications("retry")[:2] == (0, "nobody waits to be told of anything\n")
    assert here.notifications("--format", "json").json == {"notifications": []}
    with open_duckdb(here.environment.warehouse_file):
        pass
    assert here.notifications("retry").code == 0


def test_what_is_dead_pending_and_held_is_shown_with_the_reason(here: Here) -> None:
    here.happened()
    asked = here.notifications()
    dead, pending, held = asked.out.splitlines()
    assert asked.code == 1
    assert dead.startswith("dead ")
    assert dead.endswith("orders.order_events: freshness is not what was promised: it answered `403`")
    assert "it answered `500` (again from 2026-11-23 12:01 UTC)" in pending
    assert held.startswith("held ")
    assert SECRET not in asked.out
    shown = here.notifications("list", "--format", "json").json["notifications"]
    assert [(n["state"], n["notice"]["incident"]) for n in shown] == [
        ("dead", "inc-1"), ("pending", "inc-2"), ("held", "inc-3"),
    ]  # fmt: skip


def test_what_another_version_wrote_is_counted_and_costs_the_others_nothing(here: Here) -> None:
    here.happened()
    with open_duckdb(here.environment.warehouse_file) as warehouse:
        warehouse.execute("update mesh_slo.notifications set state = 'snoozed' where incident = 'inc-2'")
    asked = here.notifications()
    assert [line.split()[0] for line in asked.out.splitlines()] == ["dead", "held"]
    assert asked.err == "1 more cannot be read by this version; they are left as they are, and not sent\n"
    assert here.notifications("retry").out == "1 retried, 1 sent, 0 left\n"


def test_retry_tells_them_at_once(here: Here) -> None:
    here.happened()
    one = here.notifications().out.split()[1]
    assert here.notifications("retry", one) == (0, "1 retried, 1 sent, 0 left\n", "")
    assert [b["incident"] for b in here.receiver.bodies[2:]] == ["inc-1"]
    here.notifications("retry")
    assert here.notifications().code == 0
    assert [b["incident"] for b in here.receiver.bodies[2:]] == ["inc-1", "inc-2"]
    told = here.notifications("list", "--all", "--format", "json").json["notifications"]
    assert [n["state"] for n in told] == ["held", "sent", "sent"]


def test_retry_says_what_is_still_in_the_way(here: Here) -> None:
    here.happened()
    here.receiver.plan = [answering(404)] * 2
    asked = here.notifications("retry", "--format", "json")
    assert (asked.code, asked.json) == (1, {"retried": 2, "sent": 0, "left": 2})
    assert "it answered `404`; given up" in asked.err
    assert SECRET not in asked.err


def test_an_unknown_id_is_a_usage_error(here: Here) -> None:
    here.happened()
    asked = here.notifications("retry", "nonsense")
    assert asked.code == 2
    assert "`nonsense`" in asked.err


def test_a_busy_warehouse_is_a_sentence(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.happened()
    (here.environment.warehouse_file).write_bytes(b"no warehouse")
    asked = here.notifications()
    assert asked.code == 2
    assert asked.err.startswith("mesh: ")
    assert "Traceback" not in asked.err


ROUTES = """\
routes:
  - {to: "*", kind: webhook, url_from: MESH_WEBHOOK, key_from: MESH_WEBHOOK_KEY}
  - {to: "#data-orders", kind: slack, url_from: MESH_SLACK_ORDERS}
  - {to: "#data-finance", kind: slack, url_from: MESH_SLACK_FINANCE}
  - {to: "@orders-oncall", kind: pagerduty, key_from: MESH_PAGERDUTY_ORDERS, url_from: MESH_PAGERDUTY_URL}
"""


@pytest.fixture
def routed(here: Here, monkeypatch: pytest.MonkeyPatch) -> Here:
    """Four routes to one receiver."""
    (here.environment.root / "domains" / names.NOTIFICATIONS_FILE).write_text(ROUTES)
    for name in ("SLACK_ORDERS", "SLACK_FINANCE", "PAGERDUTY_URL"):
        monkeypatch.setenv(f"MESH_{name}", f"{here.receiver.url}/{name}/{SECRET}")
    for name in ("WEBHOOK_KEY", "PAGERDUTY_ORDERS"):
        monkeypatch.setenv(f"MESH_{name}", KEY)
    return here


def test_a_test_message_goes_through_every_route_is_marked_and_leaves_nothing_behind(routed: Here) -> None:
    asked = routed.notifications("test")
    assert (asked.code, asked.err) == (0, "")
    assert [line.split()[:3] for line in asked.out.splitlines()] == [
        ["sent", "webhook", "*"],
        ["sent", "slack", "#data-orders"],
        ["sent", "slack", "#data-finance"],
        ["sent", "pagerduty", "@orders-oncall"],
    ]
    assert len(routed.receiver.bodies) == 4
    assert all("`mesh notifications test` was run" in str(body) for body in routed.receiver.bodies)
    assert [body["kind"] for body in routed.receiver.bodies if "schema" in body] == ["test"]
    assert not routed.environment.warehouse_file.exists()
    assert not (routed.environment.home / names.DEAD_LETTERS).exists()


def test_one_route_is_tested_by_whom_it_is_for(routed: Here) -> None:
    asked = routed.notifications("test", "#data-orders", "--format", "json")
    name = "slack #data-orders MESH_SLACK_ORDERS"
    assert asked.code == 0
    assert asked.json == {
        "routes": [{"route": name, "kind": "slack", "to": "#data-orders", "sent": True, "error": None}]
    }
    assert [path for path, _, _ in routed.receiver.got] == [f"/SLACK_ORDERS/{SECRET}"]
    assert routed.receiver.bodies[0]["text"].startswith("[test] mesh.test: test message, nothing is wrong")
    assert routed.notifications("test", name).code == 0


def test_a_route_that_fails_says_why_and_costs_the_others_nothing(
    routed: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MESH_SLACK_ORDERS")
    monkeypatch.setenv("MESH_SLACK_FINANCE", f"http://127.0.0.1:9/{SECRET}")
    asked = routed.notifications("test")
    assert asked.code == 1
    webhook, orders, finance, pagerduty = asked.out.splitlines()
    assert orders.endswith(": the environment variable `MESH_SLACK_ORDERS` is not set")
    assert finance.endswith(": connection refused")
    assert [webhook[:6].strip(), pagerduty[:6].strip()] == ["sent", "sent"]
    routed.receiver.plan = [answering(410)]
    asked = routed.notifications("test", "*")
    assert (asked.code, "it answered `410`" in asked.out) == (1, True)
    assert SECRET not in asked.out + asked.err
    assert KEY not in asked.out + asked.err


@pytest.mark.parametrize(
    "route",
    [
        f"{{to: '#x', kind: slack, url_from: 'https://hooks.example.com/{SECRET}'}}",
        f"{{to: 'https://hooks.example.com/{SECRET}', kind: slack, url_from: MESH_SLACK_ORDERS}}",
    ],
)
def test_a_route_that_cannot_be_used_is_not_sent_to_and_its_secret_not_shown(routed: Here, route: str) -> None:
    (routed.environment.root / "domains" / names.NOTIFICATIONS_FILE).write_text(f"routes:\n  - {route}\n")
    for shape in ("text", "json"):
        asked = routed.notifications("test", "--format", shape)
        assert asked.code == 1
        assert "written out" in asked.out
        assert SECRET not in asked.out + asked.err
    assert routed.receiver.got == []


def test_no_such_route_is_a_usage_error_and_no_route_at_all_a_sentence(routed: Here) -> None:
    asked = routed.notifications("test", "#nowhere")
    assert (asked.code, asked.out) == (2, "")
    assert "there is no route `#nowhere`; there are: `*`, `#data-orders`," in asked.err
    (routed.environment.root / "domains" / names.NOTIFICATIONS_FILE).unlink()
    asked = routed.notifications("test")
    assert (asked.code, asked.err) == (0, "")
    assert asked.out.startswith("domains/notifications.yaml configures no route ")
    assert routed.notifications("test", "--format", "json").json == {"routes": []}
    assert routed.notifications("test", "*").code == 2
    assert routed.receiver.got == []
