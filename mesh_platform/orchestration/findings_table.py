"""Findings as a person reads them in the UI: what counts first, each with its place, its fix and where to read on."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from mesh_platform.manifest.council import Links
from mesh_platform.manifest.finding import Finding, domain_of

_MOST: Final = 200
_HEAD: Final = "| level | product | where | code | what | fix |\n|---|---|---|---|---|---|\n"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """What counts first, a product's before its domain's, then by place, so that two runs say the same."""
    return sorted(findings, key=lambda f: (not f.counts, f.exempted, f.product is None, f.order))


def table(findings: Iterable[Finding], products: Iterable[str] = (), links: Links | None = None) -> str:
    """A Markdown table; a product that the UI knows leads to its page, files and codes to where the council says."""
    rows, known = in_order(findings), frozenset(products)
    shown = "\n".join(_row(f, known, links or Links()) for f in islice(rows, _MOST))
    more = len(rows) - _MOST
    return f"{_HEAD}{shown}" + (f"\n\n{more} more: `mesh validate` lists them all." if more > 0 else "")


def _row(finding: Finding, products: frozenset[str], links: Links) -> str:
    level = "exempted" if finding.exempted else finding.level.value
    place = _linked(f"{finding.path}:{finding.line}", links.files, f"/{finding.path}#L{finding.line}")
    code = _linked(finding.code, links.policies, f"#{finding.code.lower()}")
    cells = (level, _whose(finding, products), place, code, _text(finding.message), _text(finding.fix))
    return f"| {' | '.join(cells)} |"


def _whose(finding: Finding, known: frozenset[str]) -> str:
    product, domain = finding.product, domain_of(finding.path)
    if product:
        return f"[{product}](/assets/{product.replace('.', '/', 1)})" if product in known else _text(product)
    return f"of the domain `{_plain(domain)}`" if domain else ""


def _linked(text: str, url: str | None, rest: str) -> str:
    return (
        f"[{_text(text)}]({url.rstrip('/')}{rest.replace(' ', '%20').replace(')', '%29')})"
        if url
        else f"`{_plain(text)}`"
    )


def escaped(text: str) -> str:
    """The text on one line, as Markdown that says just that."""
    return _escaped(_line(text))


def _text(text: str) -> str:
    """The text with nothing in it that Markdown would make something of, but what it says in backticks."""
    parts: Sequence[str] = _line(text).split("`")
    if len(parts) % 2 == 0:
        return _escaped(_line(text))
    return "`".join(_plain(part) if code % 2 else _escaped(part) for code, part in enumerate(parts))


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#!" else c for c in text)


def _plain(text: str) -> str:
    return _line(text).replace("`", "'").replace("|", "\\|")


def _line(text: str) -> str:
    return " ".join(text.split())
