"""`mesh explain`: what a code or a promise means, why it exists, and what to do."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from typing import Final

import click

from mesh_platform import names
from mesh_platform.cli.format_option import format_option
from mesh_platform.environment import EnvironmentProblem, read_environment
from mesh_platform.manifest.council import PolicyLevel
from mesh_platform.manifest.council_files import read_policy
from mesh_platform.manifest.folder import Entry, below, root_at
from mesh_platform.manifest.reading import READING
from mesh_platform.policies.book import BOOK
from mesh_platform.policies.examples import Example, examples
from mesh_platform.policies.registry import Policy
from mesh_platform.schema.evolution.change_kind import KINDS

_CODE: Final = re.compile(r"([A-Z]{3})[-_ ]?0*([0-9]{1,3})", re.ASCII)
_RUNBOOK: Final = "the section `{}` of docs/on-call.md says what to do when it fails"


@dataclass(frozen=True)
class Explanation:
    """What is said about one code, one promise or one check."""

    code: str
    level: str | None
    """As the council set it here."""
    title: str
    rationale: str
    fix: str = ""
    sql: str = ""
    example: Example | None = None
    default: str | None = None
    """The level where the council sets none."""


@click.command()
@click.argument("code", required=False)
@format_option()
def explain(code: str | None, shape: str) -> None:
    """Say what CODE means: a policy's code, or a check such as `freshness`. Without CODE, list them all."""
    known = explanations(levels_here())
    if code is None:
        click.echo(
            json.dumps([asdict(e) for e in known.values()], indent=2) if shape == "json" else _list(known.values())
        )
        return
    found = known.get(code.upper()) or known.get(code.lower()) or known.get(_full(code))
    if found is None:
        close = get_close_matches(code.upper(), known, 1) or get_close_matches(code.lower(), known, 1)
        hint = f"did you mean `{close[0]}`?" if close else "`mesh explain` lists them all"
        raise click.UsageError(f"there is no code `{code}`; {hint}")
    click.echo(json.dumps(asdict(found), indent=2) if shape == "json" else _text(found))


def _full(code: str) -> str:
    """A code as it is written in full: `slo1`, `slo-1` and `SLO01` are `SLO001`."""
    parts = _CODE.fullmatch(code.strip().upper())
    return f"{parts[1]}{int(parts[2]):03}" if parts else code


def explanations(levels: Mapping[str, PolicyLevel] | None = None) -> Mapping[str, Explanation]:
    """Everything that can be explained: codes of reading, of policies and of schema changes, promises, checks."""
    set_here, shown = levels or {}, examples()
    read = [
        Explanation(r.code, "error", r.title, r.rationale, r.fix, example=shown.get(r.code), default="error")
        for r in READING.values()
    ]
    judged = [_judged(p, set_here.get(p.code), shown.get(p.code)) for p in BOOK.values()]
    changed = [Explanation(k.code, k.level, k.title, k.meaning, k.fix) for k in KINDS.values()]
    return {e.code: e for e in [*sorted([*read, *judged, *changed], key=lambda e: e.code), *_promises()]}


def levels_here() -> Mapping[str, PolicyLevel]:
    """The levels that the council of this mesh set; none where there is no mesh, for a code means the same anywhere."""
    try:
        root = root_at(read_environment(os.environ).root)
    except EnvironmentProblem:
        return {}
    policy, _, _ = read_policy(root, below(Entry("", "", str(root.folder)), names.DOMAINS_FOLDER))
    return policy.levels


def _judged(policy: Policy, level: PolicyLevel | None, example: Example | None) -> Explanation:
    return Explanation(
        policy.code,
        str(level or policy.level),
        policy.title,
        policy.rationale,
        policy.fix,
        example=example,
        default=str(policy.level),
    )


def _promises() -> Iterable[Explanation]:
    """How each promise is measured, and what the other checks judge, as the room that measures says."""
    if find_spec("mesh_platform.slo.definitions") is None:
        return []
    room = import_module("mesh_platform.slo.definitions")
    measured = [
        Explanation(name, None, f"how {name} is measured", meaning, sql=sql)
        for name, (meaning, sql) in room.DEFINITIONS.items()
    ]
    judged = [
        Explanation(name, None, f"what the check {name} judges", meaning, _RUNBOOK.format(name))
        for name, meaning in room.CHECKS.items()
    ]
    return [*measured, *judged]


def _text(found: Explanation) -> str:
    council = f"; `{found.default}` by default" if found.level != found.default and found.default else ""
    level = f"  ({found.level}{council})" if found.level else ""
    head = f"{click.style(found.code, bold=True)}  {found.title}{level}"
    fix = [f"fix: {found.fix}"] if found.fix else []
    return "\n\n".join(
        [
            head,
            click.wrap_text(found.rationale, 100),
            *fix,
            *_example(found.example),
            *([found.sql] if found.sql else []),
        ]
    )


def _example(example: Example | None) -> Iterable[str]:
    for heading, path, text in example.parts if example else ():
        indented = "\n".join(f"    {line}" for line in text.split("\n"))
        yield f"{click.style(f'{heading}:', fg='red' if heading == 'avoid' else 'green')} {path}\n{indented}"


def _list(known: Iterable[Explanation]) -> str:
    return "\n".join(f"{click.style(f'{e.code:<12}', bold=True)}  {e.level or '':<7}  {e.title}" for e in known)
