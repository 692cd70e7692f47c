"""What the lines of one invoice add up to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from mesh_platform.demo.retail import Kind, Line


@dataclass(frozen=True)
class Invoice:
    """An invoice, or a credit note where its number begins with C."""

    number: str
    at: datetime
    """Its earliest line, UTC."""
    customer: str | None
    country: str
    pence: int
    """What the customer owes: goods, delivery, corrections, not the retailer's costs; negative on a credit note."""
    goods: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Stock code → quantity, of goods only."""
    lines: int = 0

    @property
    def is_credit(self) -> bool:
        return self.number.startswith("C")


def invoices(lines: Iterable[Line]) -> list[Invoice]:
    """The invoices that the lines belong to, by time and number; their lines need not stand together."""
    sums: dict[str, _Sum] = {}
    for line in lines:
        known = sums.get(line.invoice)
        if known is None:
            known = sums[line.invoice] = _Sum(line)
        known.add(line)
    return sorted((s.invoice() for s in sums.values()), key=lambda i: (i.at, i.number))


class _Sum:
    """An invoice while its lines are read: a million of them are never held."""

    def __init__(self, first: Line) -> None:
        self.first, self.at, self.pounds, self.lines = first, first.at, Decimal(0), 0
        self.goods: Counter[str] = Counter()

    def add(self, line: Line) -> None:
        self.at = min(self.at, line.at)
        self.lines += 1
        if line.kind is not Kind.COST:
            self.pounds += line.quantity * line.price
        if line.kind is Kind.GOODS:
            self.goods[line.code] += line.quantity

    def invoice(self) -> Invoice:
        pence = int((self.pounds * 100).quantize(Decimal(1), ROUND_HALF_UP))
        first = self.first
        return Invoice(first.invoice, self.at, first.customer, first.country, pence, dict(self.goods), self.lines)
