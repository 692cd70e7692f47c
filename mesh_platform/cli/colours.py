"""The colours on a terminal of how a promise stands, and of how urgent that is."""

from collections.abc import Mapping
from typing import Final

from mesh_platform.slo.measurement import Severity, Verdict

VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.PASS: "green",
    Verdict.WARN: "yellow",
    Verdict.ERROR: "red",
    Verdict.UNKNOWN: "blue",
}
SEVERITIES: Final[Mapping[Severity, str]] = {Severity.PAGE: "red", Severity.TICKET: "yellow"}
