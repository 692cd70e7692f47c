"""What a parser keeps in mind while it reads an avsc: where it is, what it has defined, what it found wrong."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mesh_platform.manifest.plain_text import one_line
from mesh_platform.schema.avro.avro_type import AvroType, Record
from mesh_platform.schema.avro.json_text import Where, places, telling
from mesh_platform.schema.avro.problem import SchemaProblem


class Broken(Exception):
    """A type that cannot be; why is noted."""


class At(NamedTuple):
    """Where the parser is: in the JSON, in the record, in which namespace, how deep."""

    where: Where = ()
    path: str = ""
    namespace: str = ""
    depth: int = 0

    def into(self, *steps: str | int) -> "At":
        """One value further inside."""
        return At((*self.where, *steps), self.path, self.namespace, self.depth + 1)

    def named(self, path: str) -> "At":
        """The same place under this path."""
        return At(self.where, path, self.namespace, self.depth)

    def within(self, namespace: str) -> "At":
        """The same place, where names stand in this namespace."""
        return At(self.where, self.path, namespace, self.depth)

    def field(self, name: str) -> "At":
        """The same place, which is this field of the record."""
        return self.named(f"{self.path}.{name}" if self.path else name)


@dataclass
class Notes:
    """What one reading has met so far."""

    names: dict[str, AvroType | None] = field(default_factory=dict)
    """Full name → type; None for one that is broken, so that it is complained of once."""
    aliases: list[tuple[str, At]] = field(default_factory=list)
    """Full name that a type had → where that is said."""
    heights: dict[str, int] = field(default_factory=dict)
    """Full name of a record → how many types lie in each other below it."""
    flat: bool = False
    """Whether the text is too short for types to nest deeply, so that nobody has to measure."""
    problems: list[tuple[str, At, str, bool]] = field(default_factory=list)

    def wrong(self, code: str, at: At, message: str, *, avro: bool = True) -> None:
        """Note a problem and read on; `avro`: whether Avro itself forbids it."""
        self.problems.append((code, at, message, avro))

    def broken(self, code: str, at: At, message: str) -> Broken:
        """Note a problem that leaves no type, to be raised."""
        self.wrong(code, at, message)
        return Broken()

    @contextmanager
    def defining(self, name: str, placeholder: AvroType | None = None) -> Iterator[None]:
        """While a named type is read; a broken one keeps its name, so that its readers are not blamed."""
        self.names[name] = placeholder
        try:
            yield
        except Broken:
            self.names[name] = None
            raise

    def records(self) -> dict[str, Record]:
        """Full name → record, of those that were defined."""
        return {name: known for name, known in self.names.items() if isinstance(known, Record)}

    def placed(self, text: str) -> tuple[SchemaProblem, ...]:
        """Every problem with its line in the text."""
        found = places(text) if self.problems else {}
        return tuple(_placed(problem, found) for problem in self.problems)


def short(value: Any) -> str:
    """A value as the file spells it, short enough for a message; of a text what it says, without quotes."""
    return _cut(value if isinstance(value, str) else as_json(value))


def short_json(value: Any) -> str:
    """A value as JSON, short enough for a message."""
    return _cut(as_json(value))


def as_json(value: Any) -> str:
    """A value as JSON; a number past every limit as one that is."""
    text = json.dumps(value, ensure_ascii=False)
    return text if isinstance(value, str) else text.replace("Infinity", "1e999")


def _cut(text: str) -> str:
    line = one_line(text[:200])
    return line if len(line) <= 60 else f"{line[:57]}…"


def _placed(problem: tuple[str, At, str, bool], found: dict[Where, tuple[int, int]]) -> SchemaProblem:
    code, at, message, avro = problem
    where = at.where
    while where not in found:
        where = where[:-1]
    shown = f"`{at.path}`: {message}" if at.path else message
    return SchemaProblem(code, at.path, shown, *telling(found, where), avro)
