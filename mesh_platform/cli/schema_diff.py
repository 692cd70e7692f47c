"""`mesh schema diff`: what changed from one schema to another, and which version that takes."""

import json
import sys
from pathlib import Path
from typing import Final

import click

from mesh_platform.cli import schema_spread
from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.interrupt import interruptible
from mesh_platform.environment import EnvironmentProblem
from mesh_platform.manifest.folder import MAX_BYTES
from mesh_platform.schema.evolution.change_kind import Bump, ChangeKind
from mesh_platform.schema.evolution.comparison import Comparison
from mesh_platform.schema.evolution.steps import next_version
from mesh_platform.schema.evolution.verdict import NoVerdict, as_json, judge
from mesh_platform.schema.evolution.version import read_version

_VERDICTS: Final = {
    Bump.NONE: "nothing changed; the version may stay",
    Bump.PATCH: "the next patch version is enough",
    Bump.MINOR: "the next minor version is enough",
    Bump.MAJOR: "takes the next major version",
    Bump.FORBIDDEN: "no version makes this legal in place; publish a successor beside it, with a folder of its own",
}


@click.command(short_help="Say what changed, which version that takes, and who can read what.")
@click.argument("old", required=False, metavar="OLD.avsc")
@click.argument("new", required=False, metavar="NEW.avsc")
@click.option("--batch", metavar="FILE", help='Pairs as `{"id", "old", "new"}`, one JSON object a line.')
@format_option()
def diff(old: str | None, new: str | None, batch: str | None, shape: str) -> int:
    """Say what changed from OLD.avsc to NEW.avsc, which version that takes, and which readers can read it.

    `-` reads standard input. The answers to --batch are JSON, one a line. Exit code 0 whatever changed, 1 when the new
    schema is no legal Avro, 2 when a file cannot be read.
    """
    if batch is not None:
        if old is not None:
            raise click.UsageError("give either --batch or two schemas")
        return _answer_all(batch)
    if old is None or new is None:
        raise click.UsageError("two schemas are compared: OLD.avsc and NEW.avsc; or give --batch FILE")
    try:
        comparison = judge(_text(old), _text(new))
    except NoVerdict as problem:
        raise EnvironmentProblem(f"`{old}`, `{new}`: {problem}") from problem
    text = json.dumps(as_json(comparison), indent=2) if shape == "json" else _shown(comparison, Path(old).stem)
    click.echo(text)
    return 0 if comparison.valid else 1


def _answer_all(batch: str) -> int:
    try:
        with interruptible(), click.open_file(batch, "rb") as stream:
            for answers in schema_spread.told(stream, schema_spread.cores()):
                sys.stdout.write(answers)
    except BrokenPipeError:
        raise
    except schema_spread.Stopped as problem:
        raise EnvironmentProblem("a process that answers pairs was stopped; not every pair is answered") from problem
    except OSError as problem:
        raise EnvironmentProblem(f"`{batch}` cannot be read: {(problem.strerror or str(problem)).lower()}") from problem
    return 0


def _text(path: str) -> str:
    try:
        with click.open_file(path, "rb") as stream:
            data: bytes = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise EnvironmentProblem(f"`{path}` cannot be read: {reason.lower()}") from problem
    if len(data) > MAX_BYTES:
        raise EnvironmentProblem(f"`{path}` is longer than `{MAX_BYTES}` bytes, and is not read")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise EnvironmentProblem(f"`{path}` is not UTF-8: byte `0x{data[problem.start]:02x}`") from problem


def _shown(comparison: Comparison, old: str) -> str:
    rows = [("invalid", "red", p.code, p.message) for p in comparison.problems]
    rows += [(c.kind.bump.word, _colour(c.kind), c.code, c.message) for c in comparison.changes]
    lines = [
        f"{click.style(f'{bump:<9}', fg=colour)}  {click.style(code, bold=True)}  {message}"
        for bump, colour, code, message in rows
    ]
    return "\n".join([*lines, *([""] if lines else []), *_verdict(comparison, old)])


def _colour(kind: ChangeKind) -> str:
    return "red" if kind.bump >= Bump.MAJOR else "yellow" if kind.noticed else "green"


def _verdict(comparison: Comparison, old: str) -> list[str]:
    """What it takes, and who can read what; a schema whose file is named by a version is told the next one."""
    if not comparison.valid:
        return [click.style("the new schema is no legal Avro; nobody can read it", fg="red")]
    colour = "red" if comparison.bump >= Bump.MAJOR else "green"
    version = read_version(old)
    enough = f", `{next_version(version, comparison.bump)}`" if version and comparison.bump is not Bump.NONE else ""
    answer = {True: "yes", False: click.style("no", fg="red")}
    return [
        f"{click.style(comparison.bump.word, fg=colour, bold=True)}: {_VERDICTS[comparison.bump]}{enough}",
        f"the new schema reads old data: {answer[comparison.backward]}"
        f"; the old schema reads new data: {answer[comparison.forward]}",
    ]
