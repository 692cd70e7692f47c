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
from tests.notifying.notices import NOW, SECRET, notice
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
