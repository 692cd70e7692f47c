"""A line of notifications.yaml as it may stand in the log of a build: whoever wrote a secret into it shows it to nobody
else."""

import re
from typing import Final

from mesh_platform.manifest.notifications import PAGERDUTY_URLS

_PLAIN: Final = (
    *("routes", "maintenance", "mutes"),
    *("to", "kind", "allow_http", "products", "product", "sli", "from", "until", "by", "reason"),
)
"""The keys whose values are shown; a misspelt key may hold anything."""
_WORD: Final = r"(?:[^,}\s]|,(?!\s))+"
_VALUE: Final = rf"\"[^\"]*\"?|'[^']*'?|{_WORD}(?:\s(?!#)\s*(?!#){_WORD})*"
_HIDDEN: Final = re.compile(
    rf"(?P<key>(?<![\w.-])(?!(?:{'|'.join(_PLAIN)})[\"']?\s*:)[\w.-]+[\"']?\s*:\s+)(?P<value>{_VALUE})"
)
_ADDRESS: Final = re.compile(r"(?P<key>://)(?P<value>[^\s\"',}]+)")
_VARIABLE: Final = re.compile(r"[\"']?MESH_[A-Z]+(_[A-Z0-9]+)*[\"']?")


def without_written_out(line: str) -> str:
    """What is, or may be, a secret is hidden letter by letter, so that each place on the line stays where it is."""
    if ":" not in line and not line.lstrip().startswith("-"):
        return "".join(" " if letter.isspace() else "*" for letter in line)
    return _ADDRESS.sub(_starred, _HIDDEN.sub(_starred, line))


def _starred(found: re.Match[str]) -> str:
    value = found["value"]
    shown = _VARIABLE.fullmatch(value) or any(
        value.strip("\"'") in (url, url.partition("://")[2]) for url in PAGERDUTY_URLS
    )
    return found[0] if shown else f"{found['key']}{'*' * len(value)}"
