"""What is wrong with an Avro schema, and where in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SchemaProblem:
    """One mistake in an avsc."""

    code: str
    """`SCH…`, as `mesh explain` knows it."""
    path: str
    """Where in the record: `order.items[].price`; empty for the file as a whole."""
    message: str
    line: int = 1
    """1-based, in the avsc."""
    column: int = 1
    avro: bool = True
    """Whether Avro itself forbids it; False for what Avro lets pass and a contract should not."""


class SchemaInvalid(ValueError):
    """A text that is no legal Avro schema, or none that can be a table; carries every problem found."""

    def __init__(self, problems: tuple[SchemaProblem, ...]) -> None:
        super().__init__("; ".join(p.message for p in problems))
        self.problems = problems


class SchemaUnreadable(SchemaInvalid):
    """A text that is no JSON, or more of it than is read: nothing can be said about the schema."""
