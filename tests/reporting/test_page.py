"""The page: what is broken comes first, whatever was written is only text, and a large mesh stays small."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest

from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.mesh import Mesh, Quarantined
from mesh_platform.monitor.links import ui_of
from mesh_platform.reporting.gather import FEW, MOST_IN_FULL, report
from mesh_platform.reporting.page import page
from mesh_platform.reporting.report import Report
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.reporting.scene import HOUR, healthy, only_orders, troubled, watched
from tests.slo.scene import MINUTE, ORDERS, Scene, evenly

UI = "https://mesh.example.com"
HOSTILE = "<img src=x onerror=alert(1)>\"'&{{ 7*7 }}"
VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Everything opened is closed; what is there to be seen and to be followed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.seen: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [v or "" for k, v in attrs if k in ("href", "src")]
        assert not [k for k, _ in attrs if k.startswith("on") or k == "style"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title") and data.strip():
            self.seen.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " ".join(self.seen)


@pytest.fixture
def told(warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime) -> Iterator[Report]:
    troubled(warehouse, shipped_mesh, now)
    yield report(shipped_mesh, warehouse, now, UI)


def test_what_is_broken_and_who_is_on_it_comes_first(told: Report) -> None:
    read = Reader(page(told))
    assert read.text.startswith("SLO report 1 of 2 products breaks a promise; 1 incident open")
    before = read.text[: read.text.index("Domains")]
    assert "source system orders_service_postgres gives no sign of life, for 10.0 min; orders-oncall is on it" in before
    assert "owner order-experience-squad on-call @orders-oncall channel #data-orders" in before
    assert f"{UI}/assets/orders/order_events?view=checks&checkDetail=freshness" in read.links
    assert "100.0 min 30 min" in before


def test_the_incidents_of_the_window_are_told_with_their_times(told: Report) -> None:
    [open_now], [over] = told.open, told.past
    assert (open_now.incident.open, over.incident.open) == (True, False)
    assert over.broke[0][0] == (ORDERS, "freshness")
    text = Reader(page(told)).text
    rows = text[text.rindex("Incidents of 28 days") :]
    assert re.search(r"page \w{8} source system .* 23 Nov 11:50 6\.0 min 2\.0 min open 1", rows)
    assert re.search(r"closed \w{8} source system .* 19 Nov 11:50 6\.0 min – 31\.0 min 1", rows)


def test_the_burn_down_ends_where_the_budget_stands(told: Report) -> None:
    orders = next(p for p in told.products if p.standing.product == ORDERS)
    drawn = {p.measurement.sli: p for p in orders.promises if p.burn_down}
    assert set(drawn) == {"latency", "completeness"}
    for promise in drawn.values():
        assert promise.burn_down
        assert promise.burn_down.left[-1] == pytest.approx(promise.measurement.budget_remaining, abs=1e-4)
        assert promise.burn_down.left[0] == 1
    assert "7 % of the budget left" in Reader(page(told)).text


def test_the_last_day_is_told_bucket_by_bucket(told: Report) -> None:
    orders = next(p for p in told.products if p.standing.product == ORDERS)
    latency = next(p for p in orders.promises if p.measurement.sli == "latency")
    assert (len(latency.day), len(orders.day)) == (288, 24)
    assert "kept" in latency.day
    assert latency.day[-1] == "pending"


def test_a_page_needs_nothing_besides_itself(told: Report) -> None:
    text = page(told)
    read = Reader(text)
    assert not {"script", "link", "iframe", "img", "object", "base"} & set(read.tags)
    assert all(link.startswith(("#", f"{UI}/")) for link in read.links)
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_whatever_was_written_is_only_text(warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime) -> None:
    scene = troubled(warehouse, shipped_mesh, now)
    warehouse.execute("update mesh_slo.incident_events set reason = ?, cause = ?", [HOSTILE, HOSTILE])
    orders = scene.mesh.products[ORDERS]
    metadata = orders.manifest.metadata.model_copy(update=dict.fromkeys(("owner", "oncall", "slack_channel"), HOSTILE))
    evil = replace(orders, manifest=orders.manifest.model_copy(update={"metadata": metadata}))
    name = f"orders.{HOSTILE}\udcff"
    wrong = Finding("x", 1, 1, "MAN001", Level.ERROR, HOSTILE, HOSTILE, product=name)
    mesh = replace(
        shipped_mesh,
        products={**shipped_mesh.products, ORDERS: evil},
        quarantined={name: Quarantined(name, f"domains/orders/{HOSTILE}/data-product.yaml", (wrong,))},
    )
    text = page(report(mesh, warehouse, now, UI))
    read = Reader(text)
    assert "img" not in read.tags
    assert HOSTILE in read.text
    assert "\udcff" not in text


@pytest.mark.parametrize("told", ["javascript:alert(1)", "", "data:text/html,x"])
def test_an_address_that_is_none_leads_nowhere_strange(told: str) -> None:
    assert ui_of({"MESH_UI_URL": told}) == "http://localhost:3000"
    assert ui_of({"MESH_UI_URL": "https://mesh.example.com/"}) == "https://mesh.example.com"


def test_an_empty_mesh_has_a_page(warehouse: DuckDbWarehouse, now: datetime) -> None:
    for opened in (None, warehouse):
        read = Reader(page(report(Mesh({}, {}), opened, now, UI)))
        assert "none of 0 products breaks a promise; no incident open" in read.text
        assert "The mesh has no domain yet." in read.text


def test_without_a_warehouse_the_reason_is_told(shipped_mesh: Mesh, now: datetime) -> None:
    read = Reader(page(report(shipped_mesh, None, now, UI, why="the disk is gone")))
    told = "none of 2 products can be judged: the disk is gone; whether an incident is open is unknown"
    assert read.text.startswith(f"SLO report {told}")


def test_a_mesh_in_order_has_nothing_to_say_first(
    warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    scene = Scene(warehouse, only_orders(shipped_mesh))
    healthy(scene, now)
    watched(scene, now, 1)
    text = page(report(scene.mesh, warehouse, now, UI))
    assert "Broken now" not in text
    assert "There was none." in text
    assert '<details class="card">' in text


def test_a_spent_budget_is_drawn_below_nothing(warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime) -> None:
    scene = Scene(warehouse, only_orders(shipped_mesh))
    scene.seen(evenly("e", 1000, now - 20 * timedelta(days=1), now - 10 * HOUR), 5 * MINUTE)
    scene.seen(evenly("late", 100, now - 10 * HOUR, now - 4 * HOUR), 2 * HOUR)
    watched(scene, now, 1)
    text = page(report(scene.mesh, warehouse, now, UI))
    assert 'class="plot spent"' in text
    assert "more went wrong than the objective allows" in Reader(text).text
    assert 'class="broken"' in text


def test_a_thousand_products_stay_small(warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime) -> None:
    scene = troubled(warehouse, shipped_mesh, now)
    orders = scene.mesh.products[ORDERS]
    many = {f"orders.p{n}": replace(orders, id=f"orders.p{n}") for n in range(1000)}
    warehouse.execute(
        "insert into mesh_slo.measurements select 'orders.p' || n, sli, bucket, good, total, duplicates, early,"
        " measured_at from mesh_slo.measurements, range(100) r(n) where product = ?",
        [ORDERS],
    )
    mesh = replace(shipped_mesh, products={**shipped_mesh.products, **many})
    told = report(mesh, warehouse, now, UI)
    assert sum(p.in_full for p in told.products) == MOST_IN_FULL >= FEW
    assert len(page(told)) < 2_000_000
