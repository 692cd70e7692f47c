"""How products stand, as a terminal shows it: a table where it fits, a few lines a product where it does not."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from rich.markup import escape
from rich.table import Table

from mesh_platform.cli.colours import SEVERITIES, VERDICTS
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.reporting import words
from mesh_platform.reporting.standing import Standing
from mesh_platform.slo.measure import PROMISES
from mesh_platform.slo.measurement import Measurement, Verdict

_HEADINGS: Final = ("product", *PROMISES, "budget", "incident", "rows", "published")
_NUMBERS: Final = {"budget", "rows", "published"}
_REASONS: Final = 5
_SCARCE: Final = 0.25


def in_a_table(found: Sequence[Standing], now: datetime) -> Table:
    """One row a product."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in _HEADINGS:
        table.add_column(heading, justify="right" if heading in _NUMBERS else "left", no_wrap=True)
    for s in found:
        cells = [_promise(s.status.measurements[sli]) for sli in PROMISES]
        table.add_row(_name(s), *cells, _budget(s) or "-", _incident(s) or "-", *_published(s, now))
    return table


def in_lines(found: Sequence[Standing], now: datetime) -> Iterator[str]:
    """The same where the terminal is narrow."""
    for s in found:
        worst = s.status.worst
        yield f"[{VERDICTS[worst]}]{worst:<7}[/] [bold]{_name(s)}[/]"
        rows, at = _published(s, now)
        promises = [f"{sli} {_promise(s.status.measurements[sli])}" for sli in PROMISES]
        left, incident = _budget(s), _incident(s)
        told = [*([] if s.unreadable else promises), *([f"budget {left}"] if left else [])]
        told += [f"{rows} rows, published {at}" if s.status.rows is not None else "not published"]
        yield f"        {', '.join(told)}"
        if incident:
            yield f"        incident {incident}"


def reasons(found: Sequence[Standing]) -> Iterator[str]:
    """Why the worst are broken."""
    broken = [m for s in found for m in s.status.measurements.values() if m.verdict is Verdict.ERROR]
    if broken:
        yield ""
        yield from (f"{escape(one_line(f'{m.product} {m.sli}: {m.reason}'))}" for m in broken[:_REASONS])
    if len(broken) > _REASONS:
        yield f"{len(broken) - _REASONS} more promises are broken; `mesh slo` says why"


def _name(s: Standing) -> str:
    return escape(one_line(s.product))


def _promise(m: Measurement) -> str:
    return f"[{VERDICTS[m.verdict]}]{words.verdict_of(m)}[/]"


def _budget(s: Standing) -> str:
    left = s.status.budget_left
    if left is None:
        return ""
    colour = "red" if left < 0 else "yellow" if left < _SCARCE else "green"
    return f"[{colour}]{words.budget(left)}[/]"


def _incident(s: Standing) -> str:
    if not s.incidents:
        return ""
    first, more = s.incidents[0], len(s.incidents) - 1
    who = f"{escape(one_line(first.acknowledged_by))} is on it" if first.acknowledged_by else "nobody is on it"
    told = f"[{SEVERITIES[first.severity]}]{first.severity}[/] {first.id[:8]}, {who}"
    return told + (f", and {more} more" if more else "")


def _published(s: Standing, now: datetime) -> tuple[str, str]:
    """How many rows, and how long ago."""
    if s.status.rows is None or s.status.published_at is None:
        return "-", "manifest unreadable" if s.unreadable else "never"
    return f"{s.status.rows:,}", f"{words.since(s.status.published_at, now)} ago"
