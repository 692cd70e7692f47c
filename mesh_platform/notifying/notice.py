"""What a person must hear of: one change of an incident, with all that on-call asks first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from mesh_platform.slo.measurement import Severity


class Kind(StrEnum):
    """How the incident changed."""

    OPENED = "opened"
    ESCALATED = "escalated"
    REOPENED = "reopened"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    MOVED = "moved"
    """It is no longer this incident, and not over: the promise is broken for another cause, whose incident goes on."""
    TEST = "test"
    """Nothing changed: somebody tries a route out."""


ENDS: Final = frozenset({Kind.CLOSED, Kind.MOVED})
"""What leaves nothing to be done about the incident."""


@dataclass(frozen=True)
class Notice:
    """One change of an incident."""

    id: str
    """Its own and no other's: whoever gets it twice knows it by this."""
    incident: str
    kind: Kind
    severity: Severity
    product: str
    """Where it lies, `domain.product`."""
    cause: str
    sli: str
    symptoms: tuple[str, ...]
    """The promises that are broken because of it."""
    reason: str
    at: datetime
    began_at: datetime | None = None
    last_good_at: datetime | None = None
    owner: str = ""
    oncall: str = ""
    channel: str = ""
    links: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What is worth opening (`check`, `runbook`, `report`) → its address."""
    blast_radius: tuple[str, ...] = ()
    """The products downstream, each with its owner and channel."""
    goes_on_as: tuple[str, ...] = ()
    """The incidents that have what was this one's, where it moved."""
    by: str | None = None
    """Who has taken it on, where that is what is told."""
    continues: str | None = None
    """The incident that goes on as this one, for whoever was told of that and not of this."""

    def as_json(self) -> dict[str, object]:
        """The documented shape of a notice; times are ISO 8601, UTC."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


def as_text(notice: Notice) -> str:
    """The notice on one line, to be read again by `from_text`."""
    return json.dumps(notice.as_json())


def from_text(text: str) -> Notice:
    """The notice that `as_text` wrote."""
    written: dict[str, Any] = json.loads(text)
    said = {f.name: written[f.name] for f in fields(Notice) if f.name in written}
    times = {name: datetime.fromisoformat(said[name]) for name in ("at", "began_at", "last_good_at") if said.get(name)}
    lists = {name: tuple(said.get(name, ())) for name in ("symptoms", "blast_radius", "goes_on_as")}
    kinds = {"kind": Kind(said["kind"]), "severity": Severity(said["severity"])}
    return Notice(**{**said, **times, **lists, **kinds, "links": MappingProxyType(said.get("links", {}))})


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
