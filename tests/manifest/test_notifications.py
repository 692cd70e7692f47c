"""Routes, windows and mutes are read one by one, and hold exactly as long as they say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.notifications import Maintenance, Mute, Route, RouteKind, matches
from tests.manifest.findings import one

FILE = "domains/notifications.yaml"
TEXT = """\
routes:
  - {to: "#data-orders", kind: slack, url_from: MESH_SLACK_ORDERS}
  - {to: "#data-orders", kind: smoke, url_from: MESH_SMOKE}
  - {to: "*", kind: webhook, url_from: MESH_WEBHOOK}
maintenance:
  - {products: ["orders.*"], from: 2026-12-01T22:00:00, until: 2026-12-02T02:00:00Z, reason: r}
  - {products: ["orders.*"], from: 2026-12-01T22:00:00Z, until: 2026-12-02T02:00:00Z, reason: r}
mutes:
  - {product: orders.order_events, until: soon, by: b, reason: r}
  - {product: orders.order_events, sli: freshness, until: 2026-12-24, by: b, reason: r}
"""


def test_a_broken_entry_costs_the_others_nothing(root: Path) -> None:
    (root / FILE).write_text(TEXT)
    mesh = gather(root)
    read = mesh.notifications
    assert [list(read.routes), list(read.maintenance), list(read.mutes)] == [[0, 2], [1], [1]]
    assert [(f.path, f.line, f.code, f.key) for f in mesh.findings] == [
        (FILE, 3, "MAN009", "routes.1.kind"),
        (FILE, 6, "MAN008", "maintenance.0.from"),
        (FILE, 9, "MAN008", "mutes.0.until"),
    ]
    assert "2027-01-31T22:00:00Z" in mesh.findings[1].fix


def test_without_the_file_there_is_no_route(root: Path) -> None:
    (root / FILE).unlink()
    mesh = gather(root)
    assert mesh.findings == ()
    assert not mesh.notifications.routes
    assert not mesh.notifications.silent("orders.order_events", "freshness", datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize("name", ["notifications.yml", "notification.yaml", "Notifications.yaml"])
def test_a_file_of_almost_that_name_is_not_passed_over(root: Path, name: str) -> None:
    (root / "domains" / name).write_text("routes: []\n")
    assert "`notifications.yaml`" in one(gather(root), "MAN012").fix


def test_a_window_holds_from_its_first_moment_to_its_last() -> None:
    begins, until = datetime(2026, 12, 1, 22, tzinfo=UTC), datetime(2026, 12, 2, 2, tzinfo=UTC)
    window = Maintenance(products=("orders.*",), begins=begins, until=until, reason="r")
    moment = timedelta(microseconds=1)
    held = [window.covers("orders.a", t) for t in (begins - moment, begins, until - moment, until)]
    assert held == [False, True, True, False]
    assert not window.covers("ordersx.a", begins)


def test_a_mute_holds_through_its_last_day_and_for_its_promise_alone() -> None:
    mute = Mute.model_validate_json(
        '{"product": "a.b", "sli": "freshness", "until": "2026-12-24", "by": "c", "reason": "d"}'
    )
    last, next_day = datetime(2026, 12, 24, 23, 59, tzinfo=UTC), datetime(2026, 12, 25, tzinfo=UTC)
    assert [mute.covers("a.b", "freshness", t) for t in (last, next_day)] == [True, False]
    assert not mute.covers("a.b", "latency", last)
    assert not mute.covers("a.c", "freshness", last)


@given(st.text(min_size=1, max_size=40), st.sampled_from(RouteKind))
def test_a_route_of_which_anything_is_written_out_is_not_used_and_not_named(text: str, kind: RouteKind) -> None:
    secret = text.strip() or "x"
    routes = [
        Route(to="*", kind=kind, url_from=f"MESH_{kind.upper()}", key_from=f"MESH_{kind.upper()}", **{key: secret})
        for key in ("url", "key")
    ]
    assert not any(route.usable for route in routes)
    assert len({route.id for route in routes}) == 1


@pytest.mark.parametrize(
    "name", ["MESH_REGISTRY_PASSWORD", "AWS_SECRET_ACCESS_KEY", "PATH", "MESH_SLACKISH", "MESH_SLACK_x"]
)
def test_a_route_can_name_no_variable_but_those_of_its_kind(name: str) -> None:
    assert not Route(to="*", kind=RouteKind.SLACK, url_from=name).usable
    assert Route(to="*", kind=RouteKind.SLACK, url_from="MESH_SLACK_ORDERS").usable


def test_a_pattern_is_a_product_a_domain_or_everything() -> None:
    assert [matches(p, "orders.a") for p in ("orders.a", "orders.*", "*", "orders", "*.a", "order.*", ".*")] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip


def test_the_file_that_the_docs_show_is_read_without_a_finding_and_used(root: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "notifications.md").read_text(encoding="utf-8")
    (root / FILE).write_text(page.split("```yaml\n")[1].split("```")[0])
    mesh = gather(root)
    assert mesh.findings == ()
    assert len(mesh.notifications.usable) == 3
