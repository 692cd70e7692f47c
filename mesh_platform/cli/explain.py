"""`mesh explain`: what a code or a promise means, why it exists, and what to do."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec

import click

from mesh_platform.manifest.reading import READING
from mesh_platform.policies.book import BOOK


@dataclass(frozen=True)
class Explanation:
    """What is said about one code or one promise."""

    code: str
    level: str | None
    title: str
    rationale: str
    fix: str = ""
    sql: str = ""


@click.command()
@click.argument("code", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(code: str | None, form: str) -> None:
    """Say what CODE means: a policy's code, or a promise such as `freshness`. Without CODE, list them all."""
    known = explanations()
    if code is None:
        click.echo(
            json.dumps([asdict(e) for e in known.values()], indent=2) if form == "json" else _list(known.values())
        )
        return
    found = known.get(code.upper()) or known.get(code.lower())
    if found is None:
        close = get_close_matches(code.upper(), known, 1) or get_close_matches(code.lower(), known, 1)
        hint = f"did you mean `{close[0]}`?" if close else "`mesh explain` lists them all"
        raise click.UsageError(f"there is no code `{code}`; {hint}")
    click.echo(json.dumps(asdict(found), indent=2) if form == "json" else _text(found))


def explanations() -> Mapping[str, Explanation]:
    """Everything that can be explained: codes of reading, codes of policies, promises."""
    read = [Explanation(r.code, "error", r.title, r.rationale, r.fix) for r in READING.values()]
    judged = [Explanation(p.code, str(p.level), p.title, p.rationale, p.fix) for p in BOOK.values()]
    return {e.code: e for e in [*sorted([*read, *judged], key=lambda e: e.code), *_promises()]}


def _promises() -> Iterable[Explanation]:
    """How each promise is measured, as the room that measures it says."""
    if find_spec("mesh_platform.slo.definitions") is None:
        return []
    definitions = import_module("mesh_platform.slo.definitions").DEFINITIONS
    return [
        Explanation(name, None, f"how {name} is measured", meaning, sql=sql)
        for name, (meaning, sql) in definitions.items()
    ]


def _text(found: Explanation) -> str:
    head = f"{click.style(found.code, bold=True)}  {found.title}" + (f"  ({found.level})" if found.level else "")
    fix = [f"fix: {found.fix}"] if found.fix else []
    return "\n\n".join([head, click.wrap_text(found.rationale, 100), *fix, *([found.sql] if found.sql else [])])


def _list(known: Iterable[Explanation]) -> str:
    return "\n".join(f"{click.style(f'{e.code:<12}', bold=True)}  {e.level or '':<7}  {e.title}" for e in known)
