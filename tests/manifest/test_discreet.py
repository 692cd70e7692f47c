"""What may be shown of a line of notifications.yaml."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.manifest.discreet import without_written_out

SECRET = "T0SECRET"


@pytest.mark.parametrize(
    "line",
    [
        f'  - {{to: "*", kind: slack, url_from: "https://hooks.slack.com/services/{SECRET}"}}',
        f"    url: https://hooks.slack.com/services/{SECRET}",
        f"    'key': '{SECRET}'",
        f'    "key" : "{SECRET} {SECRET}"',
        f"  - key: {SECRET}",
        f"    key: a {SECRET},{SECRET}  # new",
        f"    token: {SECRET}",
        f"  - to: https://x/{SECRET}?a={SECRET}",
        f"  - {{kind: webhook, key: {SECRET}, to: https://x/{SECRET}}}",
        f"      {SECRET}",
        f"    kind: slack  # was https://x/{SECRET}",
    ],
)
def test_a_secret_is_hidden_letter_by_letter(line: str) -> None:
    shown = without_written_out(line)
    assert SECRET not in shown
    assert len(shown) == len(line)


@pytest.mark.parametrize(
    "line",
    [
        '  - {to: "#data-orders", kind: slack, url_from: MESH_SLACK_ORDERS}',
        "    url_from: MESH_SLACK_ORDERS  # the channel's",
        "    url: https://events.eu.pagerduty.com/v2/enqueue",
        "    url: 'https://events.pagerduty.com/v2/enqueue'",
        "  - {products: [orders.*, finance.revenue_daily], from: 2026-12-01T22:00:00Z, reason: a new database}",
        "  - product: orders.order_events",
        "  - orders.order_events",
        "routes:",
        "mutes: []",
        "",
    ],
)
def test_what_is_no_secret_is_shown_as_it_stands(line: str) -> None:
    assert without_written_out(line) == line


@given(st.text(max_size=80))
def test_each_place_stays_where_it_is(line: str) -> None:
    assert len(without_written_out(line)) == len(line)
