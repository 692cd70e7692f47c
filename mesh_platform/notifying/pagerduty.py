"""A notice as an event of PagerDuty's Events API v2; one incident is one alert, from trigger to resolve."""

from typing import Final

from mesh_platform.notifying.notice import Kind, Notice
from mesh_platform.notifying.sentence import cut, facts, headline, opens
from mesh_platform.slo.measurement import Severity

_SUMMARY: Final = 1024
_KEY: Final = 255
_ACTION: Final = {Kind.ACKNOWLEDGED: "acknowledge", Kind.CLOSED: "resolve", Kind.MOVED: "resolve"}
_SEVERITY: Final = {Severity.PAGE: "critical", Severity.TICKET: "warning"}


def pagerduty(notice: Notice, key: str) -> dict[str, object]:
    """The body of the request; the key is in it, so it is never stored or shown."""
    return {
        "routing_key": key,
        "event_action": _ACTION.get(notice.kind, "trigger"),
        "dedup_key": notice.incident[:_KEY],
        "client": "mesh",
        "links": [{"href": a, "text": name} for name, a in notice.links.items() if opens(a)],
        "payload": {
            "summary": cut(f"{headline(notice)}: {notice.reason}", _SUMMARY),
            "source": notice.product,
            "severity": _SEVERITY[notice.severity],
            "timestamp": notice.at.isoformat(),
            "component": notice.product,
            "group": notice.product.partition(".")[0],
            "class": notice.sli,
            "custom_details": {**dict(facts(notice)), "reason": notice.reason, **_places(notice)},
        },
    }


def _places(notice: Notice) -> dict[str, str]:
    """The links that no browser opens: a section of a page in git."""
    return {name: address for name, address in notice.links.items() if not opens(address)}
