"""What was followed before: an unchanged model costs nothing, not even the parser's import."""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from mesh_platform.policies.sql.trace import Trace, as_json, from_json


class Memory(Protocol):
    """Traces by the hash of all they were made from, kept apart by domain."""

    def recall(self, domain: str, key: str) -> Trace | None:
        """The trace of that key, if it is known."""

    def keep(self, domain: str, traces: dict[str, Trace]) -> None:
        """Remember exactly these of the domain."""


class Forgetful:
    """Remembers within one process only."""

    def __init__(self) -> None:
        self._traces: dict[str, dict[str, Trace]] = {}

    def recall(self, domain: str, key: str) -> Trace | None:
        return self._traces.get(domain, {}).get(key)

    def keep(self, domain: str, traces: dict[str, Trace]) -> None:
        self._traces[domain] = traces


class FileMemory:
    """One JSON file a domain below a folder; one that is broken, or cannot be written, costs time and no more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, dict[str, Any]] = {}

    def recall(self, domain: str, key: str) -> Trace | None:
        known = self._load(domain).get(key)
        if known is None:
            return None
        try:
            return from_json(known)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return None

    def keep(self, domain: str, traces: dict[str, Trace]) -> None:
        if set(traces) == set(self._load(domain)):
            return
        entries = {key: as_json(trace) for key, trace in traces.items()}
        self._read[domain] = entries
        with suppress(OSError):
            _replace(self._folder / f"{domain}.json", json.dumps(entries, separators=(",", ":")))

    def _load(self, domain: str) -> dict[str, Any]:
        if domain not in self._read:
            self._read[domain] = _entries(self._folder / f"{domain}.json")
        return self._read[domain]


def _entries(file: Path) -> dict[str, Any]:
    try:
        entries = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _replace(file: Path, text: str) -> None:
    """At once for every reader, whoever else writes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    with os.fdopen(descriptor, "w") as written:
        written.write(text)
    Path(aside).replace(file)
