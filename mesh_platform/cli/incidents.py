"""`mesh incidents`: what is wrong now, what was, and what people have said about it."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

import click

from mesh_platform import names
from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.incident_words import as_json, in_a_row, in_full
from mesh_platform.cli.lists_by_itself import ListsByItself
from mesh_platform.cli.warehouse_if_any import warehouse_if_any
from mesh_platform.environment import read_environment
from mesh_platform.incidents.event import Event
from mesh_platform.incidents.fold import fold
from mesh_platform.incidents.incident import State
from mesh_platform.incidents.store import history, named, recent, whole
from mesh_platform.incidents.told import acknowledge, annotate
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.table import columns_of

_LATELY: Final = timedelta(days=7)
_LIST_NONE: Final = "no incident is open, and none has closed in the last 7 days"
_NONE_EVER: Final = "there has never been an incident"
_BY = click.option("--by", required=True, metavar="NAME", help="Who says so.")


@click.group(cls=ListsByItself)
def incidents() -> None:
    """Show what is wrong and what was, or say that somebody is on it.

    Incidents open and close by themselves. An ID may be shortened, as long as it names one incident. Without a command
    it lists them; `mesh incidents list --help` says how.
    """


@incidents.command("list")
@click.option("--all", "everything", is_flag=True, help="However long ago they closed.")
@format_option(explained=True)
def list_incidents(everything: bool, shape: str) -> int:
    """The open ones first, then those that closed in the last 7 days. Exit code 1 while one is open."""
    now = datetime.now(UTC)
    with _recorded() as warehouse:
        state = State() if warehouse is None else whole(warehouse) if everything else recent(warehouse, now, _LATELY)
    over = sorted((i for i in state.incidents.values() if not i.open), key=lambda i: (i.closed_at or now, i.id))
    found = [(i, state.symptoms_of(i.id)) for i in [*state.open, *reversed(over)]]
    if shape == "json":
        click.echo(json.dumps({"incidents": [as_json(*each) for each in found]}, indent=2))
        return 1 if state.open else 0
    for line in [in_a_row(*each, now) for each in found] or [_NONE_EVER if everything else _LIST_NONE]:
        click.echo(line)
    return 1 if state.open else 0


@incidents.command("show")
@click.argument("incident", metavar="ID")
@format_option(explained=True)
def show(incident: str, shape: str) -> None:
    """One incident: its cause, its symptoms, its times, and everything that happened to it."""
    with _recorded() as warehouse:
        events = history(warehouse, _meant(warehouse, incident)) if warehouse else _unknown(incident)
    for line in [json.dumps(_told(events), indent=2)] if shape == "json" else in_full(events):
        click.echo(line)


@incidents.command("ack")
@click.argument("incident", metavar="ID")
@_BY
@click.option("--note", metavar="TEXT", help="What the others should know.")
@format_option(explained=True)
def ack(incident: str, by: str, note: str | None, shape: str) -> int:
    """Say that somebody is on it: the incident stays open until its symptoms have recovered.

    Exit code 1 where it was over already.
    """
    who, text = _words("--by", by), _words("--note", note) if note is not None else None
    return _say(incident, "acknowledged", who, shape, lambda w, i: acknowledge(w, i, who, text, datetime.now(UTC)))


@incidents.command("note")
@click.argument("incident", metavar="ID")
@_BY
@click.argument("text")
@format_option(explained=True)
def note(incident: str, by: str, text: str, shape: str) -> int:
    """Write TEXT into the incident's record, also when it is over."""
    who, said = _words("--by", by), _words("TEXT", text)
    return _say(incident, "noted", who, shape, lambda w, i: annotate(w, i, who, said, datetime.now(UTC)))


def _say(given: str, done: str, who: str, shape: str, tell: Callable[[Warehouse, str], Event]) -> int:
    """The exit code of something that a person says."""
    with _recorded(read_only=False) as warehouse:
        if warehouse is None:
            _unknown(given)
        meant = _meant(warehouse, given)
        refused = done == "acknowledged" and not fold(history(warehouse, meant)).incidents[meant].open
        if not refused:
            tell(warehouse, meant)
        events = history(warehouse, meant)
    over = f"incident `{meant}` is over; `mesh incidents note` still writes into its record"
    in_words = over if refused else f"incident `{meant}` {done} by {who}"
    click.echo(json.dumps(_told(events), indent=2) if shape == "json" else in_words)
    return 1 if refused else 0


def _told(events: Sequence[Event]) -> dict[str, object]:
    """An incident with its events, for programs."""
    state = fold(events)
    [incident] = state.incidents.values()
    return as_json(incident, state.symptoms_of(incident.id), events)


@contextmanager
def _recorded(*, read_only: bool = True) -> Iterator[Warehouse | None]:
    """The warehouse, if an incident can ever have been recorded in it."""
    with warehouse_if_any(read_environment(os.environ), read_only=read_only) as warehouse:
        yield warehouse if warehouse and columns_of(warehouse, names.INCIDENTS) else None


def _meant(warehouse: Warehouse, given: str) -> str:
    """The one incident whose id begins so."""
    found = named(warehouse, given.lower()) if given else []
    if len(found) > 1 and given not in found:
        raise click.UsageError(f"`{one_line(given)}` may be any of: {', '.join(found[:5])}; write more of it")
    return found[0] if found else _unknown(given)


def _unknown(given: str) -> NoReturn:
    raise click.UsageError(f"there is no incident `{one_line(given)}`; `mesh incidents list --all` names them")


def _words(option: str, given: str) -> str:
    words = one_line(given)
    if not words:
        raise click.UsageError(f"`{option}` is empty")
    return words
