"""Findings as other programs read them."""

import json
import re
from collections.abc import Sequence
from html import escape
from typing import Final

from mesh_platform.manifest.finding import Finding

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML can hold, not even escaped."""
KEYS = ("code", "level", "path", "line", "column", "key", "product", "message", "fix", "exempted")


def as_json(findings: Sequence[Finding], products: int, quarantined: int, domains: int, seconds: float) -> str:
    """The answer of `mesh validate` as one JSON object."""
    shown = [{key: getattr(finding, key) for key in KEYS} for finding in findings]
    counts = {"products": products, "quarantined": quarantined, "domains": domains, "seconds": round(seconds, 3)}
    return json.dumps({"findings": shown, **counts}, indent=2)


def as_github(findings: Sequence[Finding], prefix: str = "") -> str:
    """Workflow commands: each finding becomes a note on the line of a pull request.

    GitHub shows ten errors and ten warnings of a step there, so what counts comes first; the log has them all.
    `prefix`: the mesh's folder in the repository, `` or `folder/`.
    """
    return "\n".join(_github(f, prefix) for f in sorted(findings, key=lambda f: (not f.counts, f.exempted)))


def as_junit(findings: Sequence[Finding], products: Sequence[str]) -> str:
    """A test report: a case for every finding, failed where it counts, and a passed one for every product without
    any."""
    named = {f.product for f in findings if f.counts}
    passed = [f'  <testcase classname="mesh" name={_quoted(p)}/>' for p in products if p not in named]
    failures = sum(f.counts for f in findings)
    skipped = len(findings) - failures
    tests = len(findings) + len(passed)
    head = f'<testsuite name="mesh validate" tests="{tests}" failures="{failures}" skipped="{skipped}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *map(_case, findings), *passed, "</testsuite>"])


def _github(finding: Finding, prefix: str) -> str:
    level = "error" if finding.counts else "notice" if finding.exempted else "warning"
    path = _property(f"{prefix}{finding.path}")
    place = f"file={path},line={finding.line},col={finding.column},title={_property(finding.code)}"
    return f"::{level} {place}::{_data(f'{finding.message} (fix: {finding.fix})')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _quoted(text: str) -> str:
    return f'"{_text(text)}"'


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("?", text))


def _case(finding: Finding) -> str:
    name, about = _quoted(f"{finding.code} {finding.path}:{finding.line}"), _quoted(finding.product or finding.path)
    outcome = "failure" if finding.counts else "skipped"
    level = "exempted" if finding.exempted else finding.level.value
    told = f"<{outcome} type={_quoted(level)} message={_quoted(finding.message)}>fix: {_text(finding.fix)}</{outcome}>"
    return f"  <testcase classname={about} name={name}>{told}</testcase>"
