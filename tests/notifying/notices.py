"""Notices and configurations as tests need them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mesh_platform.manifest.notifications import Maintenance, Mute, Notifications, Route, RouteKind
from mesh_platform.notifying.notice import Kind, Notice
from mesh_platform.slo.measurement import Severity

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECRET = "T0SECRETPATH"
KEY = "R0SECRETKEY"
OPENED = Notice(
    id="inc-1-1",
    incident="inc-1",
    kind=Kind.OPENED,
    severity=Severity.PAGE,
    product="orders.order_events",
    cause="system:orders_service_postgres",
    sli="freshness",
    symptoms=("finance.revenue_daily freshness", "orders.order_events freshness"),
    reason="the source system `orders_service_postgres` gives no sign of life: nothing has been heard of"
    " `orders_service_postgres` for 4.0 h (target 30 min); everything that landed is visible",
    at=NOW,
    began_at=NOW - timedelta(hours=2.5),
    last_good_at=NOW - timedelta(hours=4),
    owner="order-experience-squad",
    oncall="@orders-oncall",
    channel="#data-orders",
    links={
        "check": "https://mesh.example.com/assets/orders/order_events?view=checks&checkDetail=freshness",
        "runbook": "docs/on-call.md#freshness",
    },
    blast_radius=("finance.revenue_daily (finance-insights, #data-finance)",),
)


def notice(kind: Kind = Kind.OPENED, number: int = 1, incident: str = "inc-1", **changes: Any) -> Notice:
    return replace(OPENED, id=f"{incident}/{kind}/{number}", incident=incident, kind=kind, **changes)


SLACK = Route(to="#data-orders", kind=RouteKind.SLACK, url_from="MESH_SLACK_ORDERS")
PAGERDUTY = Route(
    to="@orders-oncall", kind=RouteKind.PAGERDUTY, key_from="MESH_PAGERDUTY_KEY", url_from="MESH_PAGERDUTY_URL"
)
WEBHOOK = Route(to="*", kind=RouteKind.WEBHOOK, url_from="MESH_WEBHOOK")
FINANCE = Route(to="@finance-oncall", kind=RouteKind.WEBHOOK, url_from="MESH_WEBHOOK_FINANCE")


def config(*routes: Route, mutes: tuple[Mute, ...] = (), maintenance: tuple[Maintenance, ...] = ()) -> Notifications:
    return Notifications(
        routes=dict(enumerate(routes)), mutes=dict(enumerate(mutes)), maintenance=dict(enumerate(maintenance))
    )


def environ(url: str) -> dict[str, str]:
    """The variables of all the routes, told apart by path."""
    return {
        "MESH_SLACK_ORDERS": f"{url}/slack/{SECRET}",
        "MESH_PAGERDUTY_URL": f"{url}/pagerduty/{SECRET}",
        "MESH_PAGERDUTY_KEY": KEY,
        "MESH_WEBHOOK_FINANCE": f"{url}/finance",
        "MESH_WEBHOOK": f"{url}/webhook/{SECRET}?token={SECRET}",
    }


def muted(until: date) -> Mute:
    return Mute(product="orders.order_events", until=until, by="orders-squad", reason="known")
