"""What somebody names at a prompt, source systems, tables and paths: as it is known here, with a hint for a slip."""

from collections.abc import Collection
from difflib import get_close_matches

import click

from mesh_platform.landing.zones import folder
from mesh_platform.manifest.plain_text import printable


def spelled(given: str, there: Collection[str]) -> str:
    """The one of these that was meant: named as it is, as it is on disk (whatever its bytes), or as it is shown."""
    on_disk = folder.printable(given)
    as_shown = (name for name in there if printable(name) == given)
    return next((name for name in (given, on_disk) if name in there), None) or next(as_shown, printable(given))


def require_known(there: Collection[tuple[str, str]], systems: Collection[str], tables: Collection[str]) -> None:
    """Raises UsageError for a source system that is not `there`, or a table that is in none of these systems."""
    for system in systems:
        _known("source system", system, {s for s, _ in there})
    chosen = {t for s, t in there if not systems or s in systems}
    for table in tables:
        _known("source table", table, chosen)


def _known(what: str, name: str, there: Collection[str]) -> None:
    if name not in there:
        close = get_close_matches(name, there, 1)
        listed = ", ".join(sorted(map(printable, filter(None, there)))) or "none"
        hint = f"did you mean `{printable(close[0])}`?" if close else f"there are: {listed}"
        raise click.UsageError(f"there is no {what} `{printable(name)}`; {hint}")
