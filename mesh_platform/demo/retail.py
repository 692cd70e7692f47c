"""Invoices of a real shop, read from a file in the Online Retail format (one line an invoice line, amounts in GBP)."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from mesh_platform.manifest.finding import Finding, Level

_HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
COLUMNS: Final = tuple(_HEADER.split(","))
MOST_FINDINGS: Final = 50
"""A file that is wrong throughout is not listed to its end."""

_UK = ZoneInfo("Europe/London")
_DATES = ("%m/%d/%y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S")
_EXPORT = "export it again as comma-separated UTF-8 with the header " + _HEADER


class Kind(Enum):
    """What an invoice line is about: decides whether the customer owes it."""

    GOODS = "goods"
    DELIVERY = "delivery"
    CORRECTION = "correction"
    COST = "cost"
    """The retailer's own: bank charges, marketplace fees, samples, charity, bad debt; never part of an order."""


_KINDS = {
    **dict.fromkeys(("POST", "DOT", "C2"), Kind.DELIVERY),
    **dict.fromkeys(("M", "D"), Kind.CORRECTION),
    **dict.fromkeys(("S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK"), Kind.COST),
}


@dataclass(frozen=True)
class Line:
    """One invoice line."""

    invoice: str
    code: str
    quantity: int
    at: datetime
    price: Decimal
    customer: str | None
    country: str

    @property
    def kind(self) -> Kind:
        return _KINDS.get(self.code.upper(), Kind.GOODS)


class Unreadable(Exception):
    """The file cannot be replayed; the findings say where and what to do."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(str(findings[0]))
        self.findings = findings


def read_lines(path: Path, name: str) -> Iterator[Line]:
    """The file's lines, one at a time; raises Unreadable with all its findings (the first fifty) at its end.

    `name` is how findings name the file. Raises OSError for a file that cannot be opened.
    """
    findings: list[Finding] = []
    with path.open(encoding="utf-8-sig", newline="") as text:
        for item in _read(text, name):
            if isinstance(item, Finding):
                findings.append(item)
            elif not findings:
                yield item
            if len(findings) == MOST_FINDINGS:
                break
    if findings:
        raise Unreadable(findings)


def _read(text: Iterable[str], name: str) -> Iterator[Line | Finding]:
    rows = csv.reader(text, strict=True)
    count = 0
    try:
        header = next(rows, [])
        missing = [c for c in COLUMNS if c not in header]
        if missing:
            yield _finding(name, 1, "CSV001", _columns(missing, header), _EXPORT)
            return
        for count, row in enumerate(rows, 1):  # noqa: B007
            if row:
                yield from _line(row, header, name, rows.line_num)
    except UnicodeDecodeError as problem:
        byte, fix = problem.object[problem.start], "convert it: `iconv -f latin1 -t utf-8 FILE > NEW`"
        yield _finding(name, rows.line_num + 1, "CSV002", f"byte `0x{byte:02x}` is not UTF-8", fix)
    except csv.Error as problem:
        yield _finding(name, rows.line_num, "CSV003", f"this is no comma-separated line: {problem}", _EXPORT)
    if not count:
        yield _finding(name, 1, "CSV006", "there is no invoice line in it", _EXPORT)


def _columns(missing: list[str], header: list[str]) -> str:
    there = ", ".join(f"`{c}`" for c in islice(header, 12)) or "nothing"
    return f"column {', '.join(f'`{c}`' for c in missing)} is missing; there is {there}"


def _line(row: list[str], header: list[str], name: str, number: int) -> Iterator[Line | Finding]:
    if len(row) != len(header):
        message = f"`{len(row)}` fields where the header has `{len(header)}`"
        yield _finding(name, number, "CSV004", message, "quote a field that holds a comma, or complete the line")
        return
    cells = {c: value.strip() for c, value in zip(header, row, strict=True)}
    wrong = list(_wrong(cells))
    yield from (_finding(name, number, "CSV005", message, fix) for message, fix in wrong)
    if not wrong:
        yield Line(
            invoice=cells["InvoiceNo"].upper(),
            code=cells["StockCode"],
            quantity=int(cells["Quantity"]),
            at=_moment(cells["InvoiceDate"]) or datetime.now(UTC),
            price=Decimal(cells["UnitPrice"]),
            customer=cells["CustomerID"] or None,
            country=cells["Country"],
        )


def _wrong(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    for column in ("InvoiceNo", "StockCode"):
        if not cells[column]:
            yield f"`{column}` is empty", "every line belongs to an invoice and names what was sold"
    if not _is_whole(cells["Quantity"]):
        yield f"Quantity is `{cells['Quantity']}`, which is no whole number", "write it as `6` or `-6`"
    if not _is_price(cells["UnitPrice"]):
        yield f"UnitPrice is `{cells['UnitPrice']}`, which is no amount", "write it as `2.55`, in pounds"
    if _moment(cells["InvoiceDate"]) is None:
        yield f"InvoiceDate is `{cells['InvoiceDate']}`, which is no time", "write it as `12/31/10 8:26`, UK time"


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) < 10


def _is_price(text: str) -> bool:
    try:
        price = Decimal(text)
    except InvalidOperation:
        return False
    return price.is_finite() and abs(price) < 10_000_000


def _moment(text: str) -> datetime | None:
    for shape in _DATES:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=_UK).astimezone(UTC)
        except ValueError:
            continue
    return None


def _finding(path: str, line: int, code: str, message: str, fix: str) -> Finding:
    return Finding(path, line, 1, code, Level.ERROR, message, fix)
