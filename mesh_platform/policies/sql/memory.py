"""What was followed before: an unchanged model costs nothing, not even the parser's import."""

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Protocol

from mesh_platform.policies.sql.trace import Trace, as_json, from_json

_FEW: Final = 10
_MOST_BYTES: Final = 64 << 20
_MOST_FILES: Final = 256


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
        self._read: dict[str, _Known] = {}

    def recall(self, domain: str, key: str) -> Trace | None:
        known = self._load(domain)
        if key in known.entries and key not in known.traces:
            try:
                known.traces[key] = from_json(known.entries[key])
            except (KeyError, IndexError, TypeError, ValueError, AttributeError):
                del known.entries[key]
        return known.traces.get(key)

    def keep(self, domain: str, traces: dict[str, Trace]) -> None:
        """Beside these, as many others stay: a change is judged by the mesh as it was and as it is."""
        known = self._load(domain).entries
        if traces.keys() <= known.keys():
            return
        others = [key for key in known if key not in traces][-max(len(traces), _FEW) :]
        entries = {**{key: known[key] for key in others}, **{k: as_json(t) for k, t in traces.items()}}
        self._read[domain] = _Known(entries, dict(traces))
        file = self._folder / f"{domain}.json"
        with suppress(OSError):
            _replace(file, _sealed(entries))
            _noted(file, self._read[domain], _state(file))

    def _load(self, domain: str) -> "_Known":
        if domain not in self._read:
            self._read[domain] = _known(self._folder / f"{domain}.json")
        return self._read[domain]


@dataclass(frozen=True)
class _Known:
    """What a file holds, by key; as traces, as far as somebody has asked."""

    entries: dict[str, Any]
    traces: dict[str, Trace] = field(default_factory=dict)


_LAST: Final[dict[Path, tuple[tuple[int, ...], _Known]]] = {}


def _known(file: Path) -> _Known:
    state, known = _LAST.get(file, ((), _Known({})))
    now = _state(file)
    return known if state and state == now else _noted(file, _Known(_entries(file)), now)


def _noted(file: Path, known: _Known, state: tuple[int, ...]) -> _Known:
    """A process that judges again reads a file that nobody has touched once."""
    if len(_LAST) >= _MOST_FILES:
        _LAST.clear()
    _LAST[file] = state, known
    return known


def _state(file: Path) -> tuple[int, ...]:
    try:
        about = file.stat()
    except OSError:
        return ()
    return about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


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
