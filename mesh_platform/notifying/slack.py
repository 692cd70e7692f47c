"""A notice as a message of Slack's incoming webhooks: blocks for people, text for what cannot show blocks."""

from typing import Final

from mesh_platform.notifying.notice import ENDS, Kind, Notice
from mesh_platform.notifying.sentence import cut, facts, headline, opens
from mesh_platform.slo.measurement import Severity

_HEADER: Final = 150
_TEXT: Final = 3000
_FIELD: Final = 2000
_FIELDS: Final = 10
"""Slack's own bounds; what is longer is refused as a whole."""


def slack(notice: Notice) -> dict[str, object]:
    """The body of the request."""
    title = f"{_sign(notice)} {headline(notice)}"
    said = [{"type": "mrkdwn", "text": cut(f"*{name}*\n{escaped(value)}", _FIELD)} for name, value in facts(notice)]
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(title, _HEADER), "emoji": False}},
        {"type": "section", "text": {"type": "mrkdwn", "text": cut(escaped(notice.reason) or "…", _TEXT)}},
    ]
    if said:
        blocks.append({"type": "section", "fields": said[:_FIELDS]})
    links = " · ".join(_link(name, address) for name, address in notice.links.items())
    if links:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": cut(links, _TEXT)}]})
    return {"text": cut(escaped(f"{title}: {notice.reason}"), _TEXT), "blocks": blocks}


def escaped(text: str) -> str:
    """So that no text from elsewhere calls a whole channel, or is a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sign(notice: Notice) -> str:
    if notice.kind in {*ENDS, Kind.TEST}:
        return f"[{notice.kind}]"
    return "[page]" if notice.severity is Severity.PAGE else "[ticket]"


def _link(name: str, address: str) -> str:
    return f"<{escaped(address)}|{escaped(name)}>" if opens(address) else f"{escaped(name)}: {escaped(address)}"
