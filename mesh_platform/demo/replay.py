"""Real invoices as the content of the orders service: one order an invoice, one return a credit note."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.demo.change import Change, Row, iso, micros
from mesh_platform.demo.invoice import Invoice

WORTH_NOTHING = "invoices worth nothing (stock written off, samples)"
BOOKKEEPING = "bookkeeping entries that no customer ordered"
NO_GOODS = "credit notes without goods (discounts, corrections, the retailer's own costs)"


@dataclass(frozen=True)
class Replay:
    """The changes, ending at the asked-for moment, and what became of the invoices."""

    changes: Sequence[Change]
    orders: int
    returns: int
    unmatched: int
    """Returns whose order is not in the file: their `order_id` is `unknown-<credit note>`, no order is invented."""
    left_out: dict[str, int]
    """Why an invoice is neither an order nor a return → how many."""


def replay(invoices: Sequence[Invoice], now: datetime) -> Replay:
    """The invoices as changes, shifted in time so that the last one is committed just before `now`.

    What the file does not know stays unknown: no channel, no payment or delivery; a return is known only when it was
    settled, so it appears RESOLVED at once.
    """
    reasons = {i.number: reason for i in invoices if (reason := _left_out(i))}
    kept = [i for i in invoices if i.number not in reasons]
    orders = _matched(kept)
    shift = micros(now) - micros(kept[-1].at) - len(kept) if kept else 0
    changes = [_change(i, micros(i.at) + shift + n, orders) for n, i in enumerate(kept)]
    return Replay(
        changes=changes,
        orders=sum(c.table == "orders" for c in changes),
        returns=sum(c.table == "returns" for c in changes),
        unmatched=sum(i.is_credit and i.number not in orders for i in kept),
        left_out=dict(Counter(reasons.values())),
    )


def _left_out(invoice: Invoice) -> str | None:
    if invoice.is_credit:
        return None if invoice.pence < 0 and any(q < 0 for q in invoice.goods.values()) else NO_GOODS
    if not invoice.number[0].isdigit():
        return BOOKKEEPING
    return None if invoice.pence > 0 else WORTH_NOTHING


def _matched(invoices: Iterable[Invoice]) -> dict[str, str]:
    """Credit note → the customer's latest earlier order that had all its goods, less what came back already."""
    sold: dict[str, list[tuple[str, Counter[str]]]] = defaultdict(list)
    found: dict[str, str] = {}
    for invoice in invoices:
        if invoice.customer is None:
            continue
        if not invoice.is_credit:
            sold[invoice.customer].append((invoice.number, Counter(invoice.goods)))
            continue
        back = Counter({code: -quantity for code, quantity in invoice.goods.items() if quantity < 0})
        for number, left in reversed(sold[invoice.customer]):
            if back <= left:
                left.subtract(back)
                found[invoice.number] = number
                break
    return found


def _change(invoice: Invoice, at: int, orders: dict[str, str]) -> Change:
    row = _return(invoice, at, orders) if invoice.is_credit else _order(invoice, at)
    return Change(at, at, at, "returns" if invoice.is_credit else "orders", "c", invoice.number, row)


def _order(invoice: Invoice, at: int) -> Row:
    return {
        "id": invoice.number,
        "customer_id": invoice.customer,
        "status": "PLACED",
        "total_amount_cents": invoice.pence,
        "currency_code": "GBP",
        "channel": None,
        "metadata": json.dumps({"country": invoice.country, "lines": str(invoice.lines)}),
        "created_at": iso(at),
        "updated_at": iso(at),
    }


def _return(invoice: Invoice, at: int, orders: dict[str, str]) -> Row:
    return {
        "id": invoice.number,
        "order_id": orders.get(invoice.number, f"unknown-{invoice.number}"),
        "status": "RESOLVED",
        "refund_amount_cents": -invoice.pence,
        "currency_code": "GBP",
        "reason": None,
        "created_at": iso(at),
        "updated_at": iso(at),
    }
