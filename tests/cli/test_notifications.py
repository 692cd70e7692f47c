"""`mesh notifications`: a person sees who could not be told, mends it, and they are told."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from mesh_platform import names
from mesh_platform.cli.main import run
from mesh_platform.manifest.gather import gather
from mesh_platform.notifying.deliver import deliver
from mesh_platform.notifying.enqueue import enqueue
from mesh_platform.notifying.notice import Kind
from mesh_platform.warehouse.duckdb import open_duckdb
from tests.notifying.notices import NOW, SECRET, notice
from tests.notifying.receiver import Receiver, answering, receiving

CONFIG = """\
routes:
  - {to: "*", kind: webhook, url_from: MESH_WEBHOOK}
mutes:
  - {product: finance.revenue_daily, until: 2026-12-01, by: finance-squad, reason: the close}
"""


class Asked(NamedTuple):
    code: int
    out: str
    err: str


class Here(NamedTuple):
    root: Path
    home: Path
    receiver: Receiver
    capture: pytest.CaptureFixture[str]

    def mesh(self, *arguments: str) -> Asked:
        self.capture.readouterr()
        code = run(["notifications", *arguments])
        return Asked(code, *self.capture.readouterr())

    def happened(self) -> None:
        """One notice was refused, one came while its receiver was down, one is muted."""
        config = gather(self.root).notifications
        told = [
            notice(),
            notice(incident="inc-2", kind=Kind.ESCALATED),
            notice(incident="inc-3", product="finance.revenue_daily"),
        ]
        self.receiver.plan = [answering(403), answering(500)]
        environ = {"MESH_WEBHOOK": f"{self.receiver.url}/{SECRET}"}
        with open_duckdb(self.home / "warehouse.duckdb") as warehouse:
            enqueue(warehouse, told, config, NOW)
            deliver(warehouse, config, environ, self.home, NOW)


@pytest.fixture
def here(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Here]:
    (root / "domains" / names.NOTIFICATIONS_FILE).write_text(CONFIG)
    with receiving() as receiver:
        for name, value in {"ROOT": root, "HOME": tmp_path / "home", "WEBHOOK": f"{receiver.url}/{SECRET}"}.items():
            monkeypatch.setenv(f"MESH_{name}", str(value))
        yield Here(root, tmp_path / "home", receiver, capsys)


def test_a_mesh_that_told_nobody_anything_says_so(here: Here) -> None:
    assert here.mesh() == (0, "nobody waits to be told of anything\n", "")
    assert here.mesh("retry")[:2] == (0, "nobody waits to be told of anything\n")
    assert json.loads(here.mesh("--format", "json").out) == {"notifications": []}
    with open_duckdb(here.home / "warehouse.duckdb"):
        pass
    assert here.mesh("retry").code == 0


def test_what_is_dead_pending_and_held_is_shown_with_the_reason(here: Here) -> None:
    here.happened()
    asked = here.mesh()
    dead, pending, held = asked.out.splitlines()
    assert asked.code == 1
    assert dead.startswith("dead ")
    assert dead.endswith("orders.order_events: freshness is not what was promised: it answered `403`")
    assert "it answered `500` (again from 2026-11-23 12:01 UTC)" in pending
    assert held.startswith("held ")
    assert SECRET not in asked.out
    shown = json.loads(here.mesh("list", "--format", "json").out)["notifications"]
    assert [(n["state"], n["notice"]["incident"]) for n in shown] == [
        ("dead", "inc-1"), ("pending", "inc-2"), ("held", "inc-3"),
    ]  # fmt: skip


def test_retry_tells_them_at_once(here: Here) -> None:
    here.happened()
    one = here.mesh().out.split()[1]
    assert here.mesh("retry", one) == (0, "1 retried, 1 sent, 0 left\n", "")
    assert [b["incident"] for b in here.receiver.bodies[2:]] == ["inc-1"]
    here.mesh("retry")
    assert here.mesh().code == 0
    assert [b["incident"] for b in here.receiver.bodies[2:]] == ["inc-1", "inc-2"]
    told = json.loads(here.mesh("list", "--all", "--format", "json").out)["notifications"]
    assert [n["state"] for n in told] == ["held", "sent", "sent"]


def test_retry_says_what_is_still_in_the_way(here: Here) -> None:
    here.happened()
    here.receiver.plan = [answering(404)] * 2
    asked = here.mesh("retry", "--format", "json")
    assert (asked.code, json.loads(asked.out)) == (1, {"retried": 2, "sent": 0, "left": 2})
    assert "it answered `404`; given up" in asked.err
    assert SECRET not in asked.err


def test_an_unknown_id_is_a_usage_error(here: Here) -> None:
    here.happened()
    asked = here.mesh("retry", "nonsense")
    assert asked.code == 2
    assert "`nonsense`" in asked.err


def test_a_busy_warehouse_is_a_sentence(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.happened()
    (here.home / "warehouse.duckdb").write_bytes(b"no warehouse")
    asked = here.mesh()
    assert asked.code == 2
    assert asked.err.startswith("mesh: ")
    assert "Traceback" not in asked.err
