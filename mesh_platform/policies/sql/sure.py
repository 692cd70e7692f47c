"""What is sure of a query that was rendered without dbt: less than of one that dbt has rendered."""

from dataclasses import replace

from mesh_platform.policies.sql.trace import Trace


def sure(trace: Trace, text: str, rendered: str, guesses: frozenset[str]) -> Trace:
    """The trace less what dbt, or the other warehouse, could tell otherwise; its line is the file's.

    `guesses`: words in the query that stand for what only dbt knows.
    """
    written = text.lower()
    asked = frozenset(
        (column, relations)
        for column, relations in trace.asked
        if not any(g in column for g in guesses) and f'"{column}"' not in written  # BigQuery's texts are quoted so
    )
    return replace(trace, asked=asked, broken=trace.broken and not guesses, line=_line(text, rendered, trace.line))


def line_of(text: str, sought: str | int | None) -> int:
    """The line that is meant, or where the words first stand; the first where they do not."""
    if isinstance(sought, int):
        return sought
    return text.count("\n", 0, max(text.find(sought), 0)) + 1 if sought else 1


def _line(text: str, rendered: str, line: int) -> int:
    """The line of the file that a line of the rendered query comes from, as near as unchanged lines tell it."""
    lines, made = [one.strip() for one in text.split("\n")], rendered.split("\n")[:line]
    for back, one in enumerate(reversed(made)):
        if one.strip() and one.strip() in lines:
            return min(lines.index(one.strip()) + 1 + back, len(lines))
    return 1
