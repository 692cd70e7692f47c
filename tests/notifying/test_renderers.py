"""What each receiver gets is within its bounds, says what on-call asks first, and cannot be made to say more."""

import json
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.incidents.event import Event
from mesh_platform.incidents.event import Kind as Happened
from mesh_platform.incidents.incident import Incident, State, Symptom
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.notices import notices
from mesh_platform.notifying.notice import Kind, Notice
from mesh_platform.notifying.pagerduty import pagerduty
from mesh_platform.notifying.sentence import line
from mesh_platform.notifying.slack import slack
from mesh_platform.notifying.webhook import webhook
from mesh_platform.slo.measurement import Measurement, Severity, Verdict
from tests.notifying.notices import KEY, NOW, OPENED, notice

PAGE = Path(__file__).resolve().parents[2] / "docs" / "notifications.md"
CHECK = OPENED.links["check"]
LONG = st.text(max_size=50).map(lambda text: text * 100)
NOTICES = st.builds(
    Notice,
    id=LONG,
    incident=LONG,
    kind=st.sampled_from(Kind),
    severity=st.sampled_from(Severity),
    product=LONG,
    cause=LONG,
    sli=LONG,
    symptoms=st.lists(LONG, max_size=20).map(tuple),
    reason=LONG,
    at=st.just(NOW),
    owner=LONG,
    channel=LONG,
    links=st.dictionaries(LONG, LONG, max_size=3),
    blast_radius=st.lists(LONG, max_size=20).map(tuple),
)


@given(NOTICES)
def test_no_receiver_gets_more_than_it_takes(told: Notice) -> None:
    message = slack(told)
    blocks = json.loads(json.dumps(message["blocks"]))
    assert len(blocks[0]["text"]["text"]) <= 150
    assert all(len(b["text"]["text"]) <= 3000 for b in blocks if "text" in b)
    assert all(
        len(b["fields"]) <= 10 and all(0 < len(f["text"]) <= 2000 for f in b["fields"]) for b in blocks if "fields" in b
    )
    event = json.loads(json.dumps(pagerduty(told, KEY)))
    assert len(event["payload"]["summary"]) <= 1024
    assert len(event["dedup_key"]) <= 255
    assert line(told).isprintable()


def test_no_text_from_elsewhere_calls_a_whole_channel_or_makes_a_link() -> None:
    evil = notice(
        reason="<!channel> <https://evil.example.com|click>", owner="<@U1>", links={"<!here>": "javascript:x"}
    )
    said = json.dumps(slack(evil))
    assert "<!" not in said
    assert "<@" not in said
    assert "<https://evil" not in said


def test_a_link_that_nobody_can_open_is_text() -> None:
    said = json.dumps(slack(OPENED), ensure_ascii=False)
    assert f"<{CHECK.replace('&', '&amp;')}|check>" in said
    assert "runbook: docs/on-call.md#freshness" in said
    event = json.loads(json.dumps(pagerduty(OPENED, KEY)))
    assert event["links"] == [{"href": CHECK, "text": "check"}]
    assert event["payload"]["custom_details"]["runbook"] == "docs/on-call.md#freshness"


def test_a_page_is_critical_and_a_ticket_a_warning() -> None:
    severities = [json.loads(json.dumps(pagerduty(notice(severity=s), KEY)))["payload"]["severity"] for s in Severity]
    assert severities == ["critical", "warning"]


def test_everything_that_on_call_asks_first_is_in_every_shape() -> None:
    facts = ["2026-11-23 09:30 UTC", "2026-11-23 08:00 UTC", "order-experience-squad", "@orders-oncall", "#data-orders"]
    facts += ["system:orders_service_postgres", "finance.revenue_daily", "for 4.0 h"]
    for said in (json.dumps(slack(OPENED)), json.dumps(pagerduty(OPENED, KEY)), line(OPENED)):
        assert [fact for fact in facts if fact not in said] == []


def test_the_payload_in_docs_is_what_is_sent() -> None:
    shown = PAGE.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    assert json.loads(shown) == json.loads(json.dumps(webhook(OPENED)))


def test_an_incident_that_goes_on_elsewhere_is_resolved_and_never_told_as_over() -> None:
    moved = notice(Kind.MOVED, reason="goes on as inc-2: its cause is orders.order_events", goes_on_as=("inc-2",))
    event = json.loads(json.dumps(pagerduty(moved, KEY)))
    assert (event["event_action"], event["dedup_key"]) == ("resolve", "inc-1")
    assert event["payload"]["custom_details"]["goes on as"] == "inc-2"
    for said in (line(moved), json.dumps(slack(moved)), event["payload"]["summary"]):
        assert "is still not what was promised" in said
        assert "goes on as inc-2: its cause is orders.order_events" in said
        assert "is as promised again" not in said
    assert str(slack(moved)["text"]).startswith("[moved]")


def test_the_payload_in_docs_is_what_the_monitor_makes_of_a_dead_connector(shipped_mesh: Mesh) -> None:
    product, last = "orders.order_events", NOW - timedelta(hours=4)
    silent = OPENED.reason.partition(": ")[2]
    incident = Incident(OPENED.incident, OPENED.cause, Severity.PAGE, NOW - timedelta(hours=2.5), NOW, NOW, silent)
    symptom = Symptom(incident.id, Severity.PAGE, incident.began_at, silent)
    keys = [(p, "freshness") for p in (product, "finance.revenue_daily")]
    found = Measurement(product, "freshness", Verdict.ERROR, silent, details={"proven_until": last})
    opened = Event(
        incident.id, NOW, Happened.OPENED, cause=OPENED.cause, product=product, sli="freshness", reason=silent
    )
    state = State({incident.id: incident}, dict.fromkeys(keys, symptom))
    ui = "https://mesh.example.com"
    assert list(notices(shipped_mesh, state, [(1, opened)], [found], ui)) == [OPENED]


def test_who_has_taken_it_on_is_told_by_every_renderer() -> None:
    taken = notice(Kind.ACKNOWLEDGED, by="orders-oncall", reason="looking")
    for said in (line(taken), json.dumps(slack(taken)), json.dumps(pagerduty(taken, KEY)), json.dumps(webhook(taken))):
        assert "orders-oncall" in said.replace("@orders-oncall", "")
