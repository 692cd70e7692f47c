"""A notice in words, as every renderer says it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from mesh_platform.manifest.plain_text import one_line
from mesh_platform.notifying.notice import Kind, Notice

_FEW: Final = 10
_SAID: Final = {
    Kind.OPENED: "is not what was promised",
    Kind.ESCALATED: "is not what was promised, and now it is urgent",
    Kind.REOPENED: "is not what was promised, and its incident is open again",
    Kind.ACKNOWLEDGED: "is being looked at",
    Kind.CLOSED: "is as promised again",
    Kind.MOVED: "is still not what was promised, and goes on elsewhere",
    Kind.TEST: "message, nothing is wrong",
}


def headline(notice: Notice) -> str:
    """What happened, in one line."""
    by = f" by {notice.by}" if notice.by else ""
    return one_line(f"{notice.product}: {notice.sli} {_SAID[notice.kind]}{by}")


def line(notice: Notice) -> str:
    """Everything, in one line of a log."""
    told = [f"{moment(notice.at)} {notice.severity} {notice.kind} {headline(notice)}: {notice.reason}"]
    told += [f"{name}: {value}" for name, value in facts(notice)]
    told += [f"{name}: {address}" for name, address in notice.links.items()]
    return one_line("; ".join(told))


def facts(notice: Notice) -> list[tuple[str, str]]:
    """(name, value) of what on-call asks first, as far as it is known."""
    found = {
        "incident": notice.incident,
        "goes on as": several(notice.goes_on_as),
        "cause": notice.cause if notice.cause != notice.product else "",
        "since": moment(notice.began_at),
        "last good": moment(notice.last_good_at),
        "owner": notice.owner,
        "on-call": notice.oncall,
        "channel": notice.channel,
        "symptoms": several(notice.symptoms),
        "downstream": several(notice.blast_radius),
    }
    return [(name, one_line(value)) for name, value in found.items() if value]


def several(items: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = f" and {len(items) - _FEW} more" if len(items) > _FEW else ""
    return ", ".join(items[:_FEW]) + more


def moment(at: datetime | None) -> str:
    """To the minute, UTC; nothing where it is not known."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""


def cut(text: str, most: int) -> str:
    """At most so many characters, as a receiver has room for."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def opens(address: str) -> bool:
    """Whether a link can be opened from outside of this machine's folders."""
    return address.startswith(("https://", "http://")) and not set(address) & set(" |<>\"'\n\r\t")
