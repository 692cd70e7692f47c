"""What was followed before: an unchanged model costs nothing, not even the parser's import."""

import json
import os
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Protocol

from mesh_platform.policies.sql.trace import Trace, as_json, from_json

_FEW: Final = 10
_MOST_BYTES: Final = 64 << 20


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
        known = self._load(domain)
        try:
            return from_json(known[key]) if key in known else None
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            del known[key]
            return None

    def keep(self, domain: str, traces: dict[str, Trace]) -> None:
        """Beside these, as many others stay: a change is judged by the mesh as it was and as it is."""
        known = self._load(domain)
        if set(traces) <= set(known):
            return
        others = [key for key in known if key not in traces][-max(len(traces), _FEW) :]
        self._read[domain] = {**{key: known[key] for key in others}, **{k: as_json(t) for k, t in traces.items()}}
        with suppress(OSError):
            _replace(self._folder / f"{domain}.json", _sealed(self._read[domain]))

    def _load(self, domain: str) -> dict[str, Any]:
        if domain not in self._read:
            self._read[domain] = _entries(self._folder / f"{domain}.json")
        return self._read[domain]


def _sealed(entries: dict[str, Any]) -> str:
    """The entries below a digest of them: a file that was cut, emptied or edited is no answer."""
    text = json.dumps(entries, separators=(",", ":"))
    return f"{_digest(text.encode())}\n{text}"


def _entries(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _MOST_BYTES:
            return {}
        digest, _, text = file.read_bytes().partition(b"\n")
        entries = json.loads(text) if digest == _digest(text).encode() else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _digest(text: bytes) -> str:
    return blake2b(text, digest_size=16).hexdigest()


def _replace(file: Path, text: str) -> None:
    """At once for every reader, whoever else writes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    with os.fdopen(descriptor, "w") as written:
        written.write(text)
    Path(aside).replace(file)
