"""The closing table: every product, what it holds, how it stands."""

from collections.abc import Callable, Sequence

from rich.table import Table

from mesh_platform.cli.colours import VERDICTS
from mesh_platform.slo.measurement import Verdict, told_minutes
from mesh_platform.slo.status import Status


def table(products: Sequence[Status]) -> Table:
    """One row a product."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("product")
    for name in ("rows", "freshness", "completeness"):
        shown.add_column(name, justify="right")
    shown.add_column("verdicts")
    for s in products:
        rows = f"{s.rows:,}" if s.rows is not None else "not published"
        shown.add_row(
            s.product,
            rows,
            _value(s, "freshness", told_minutes),
            _value(s, "completeness", "{:.2f} %".format),
            _verdicts(s),
        )
    return shown


def as_json(s: Status) -> dict[str, object]:
    """The same, for a program."""
    return {
        "product": s.product,
        "rows": s.rows,
        "freshness_minutes": _number(s, "freshness"),
        "completeness_percent": _number(s, "completeness"),
        "verdicts": {sli: str(m.verdict) for sli, m in s.measurements.items()},
        "reasons": {sli: m.reason for sli, m in s.measurements.items() if m.verdict is not Verdict.PASS},
    }


def _number(s: Status, sli: str) -> float | None:
    return s.measurements[sli].value if sli in s.measurements else None


def _value(s: Status, sli: str, told: Callable[[float], str]) -> str:
    number = _number(s, sli)
    return told(number) if number is not None else "-"


def _verdicts(s: Status) -> str:
    """What did not pass, or that all did."""
    other = [(sli, m.verdict) for sli, m in s.measurements.items() if m.verdict is not Verdict.PASS]
    if s.measurements and not other:
        return f"[{VERDICTS[Verdict.PASS]}]all {len(s.measurements)} pass[/]"
    return ", ".join(f"[{VERDICTS[verdict]}]{sli} {verdict}[/]" for sli, verdict in other)
