"""`mesh notifications`: who could not be told yet, who never was, and telling them after all."""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import click

from mesh_platform.cli import trial
from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.lists_by_itself import ListsByItself
from mesh_platform.cli.warehouse_if_any import warehouse_if_any
from mesh_platform.environment import read_environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.notifying.deliver import Way, deliver
from mesh_platform.notifying.delivery import Delivery, State
from mesh_platform.notifying.outbox import has_outbox, in_states, unreadable
from mesh_platform.notifying.retrying import retry
from mesh_platform.notifying.sentence import headline, moment
from mesh_platform.notifying.trial import tried_out
from mesh_platform.warehouse.protocol import Warehouse

_OPEN: Final = (State.DEAD, State.PENDING, State.HELD)
_ALL: Final = (*_OPEN, State.SENT, State.DROPPED)
_EMPTY: Final = "nobody waits to be told of anything"


@click.group(cls=ListsByItself)
def notifications() -> None:
    """Show what people could not be told, or tell them now.

    Without a command it lists what is dead, pending or held; `mesh notifications list --help` says how.
    """


@notifications.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was sent, and what never had to be.")
@format_option(explained=True)
def list_deliveries(everything: bool, shape: str) -> int:
    """Show what is dead (given up), pending (tried again) and held (a mute or a maintenance window holds).

    Exit code 1 while something is dead.
    """
    environment, states = read_environment(os.environ), _ALL if everything else _OPEN
    with warehouse_if_any(environment, read_only=True) as warehouse:
        found = _found(warehouse, states)
        odd = unreadable(warehouse) if warehouse and has_outbox(warehouse) else 0
    if odd:
        click.echo(f"{odd} more cannot be read by this version; they are left as they are, and not sent", err=True)
    for line in _as_json(found) if shape == "json" else _as_text(found):
        click.echo(line)
    return 1 if any(d.state is State.DEAD for d in found) else 0


@notifications.command("retry")
@click.argument("ids", nargs=-1, metavar="[ID ...]")
@format_option(explained=True)
def retry_deliveries(ids: Sequence[str], shape: str) -> int:
    """Send again, at once, what is dead or pending: ID ... (default: all of it).

    Exit code 1 where somebody could still not be told.
    """
    environment = read_environment(os.environ)
    mesh = gather(environment.root)
    with warehouse_if_any(environment, read_only=False) as warehouse:
        if warehouse is None:
            return _none(ids, shape)
        unknown = set(ids) - {d.id for d in _found(warehouse, (State.DEAD, State.PENDING))}
        if unknown or not has_outbox(warehouse):
            return _none(sorted(unknown), shape)
        now = datetime.now(UTC)
        chosen = {d.id for d in retry(warehouse, ids, now)}
        report = deliver(warehouse, mesh.notifications, os.environ, environment.home, now, only=chosen)
        left = chosen & {d.id for d in _found(warehouse, (State.DEAD, State.PENDING))}
    for line in report.lines:
        click.echo(line, err=True)
    told = {"retried": len(chosen), "sent": report.sent, "left": len(left)}
    in_words = f"{told['retried']} retried, {told['sent']} sent, {told['left']} left"
    click.echo(json.dumps(told) if shape == "json" else in_words)
    return 1 if left else 0


@notifications.command("test")
@click.argument("route", required=False)
@format_option(explained=True)
def try_out(route: str | None, shape: str) -> int:
    """Send one test message through every route, or through ROUTE: what `to` says, such as "#data-orders".

    Needs no warehouse. Exit code 1 where a message was not taken.
    """
    environment = read_environment(os.environ)
    config = gather(environment.root).notifications
    way = Way(config, os.environ, environment.home)
    tried = tried_out(trial.meant(config, route), way, datetime.now(UTC))
    for line in [trial.as_json(tried)] if shape == "json" else trial.as_text(tried):
        click.echo(line)
    return 1 if any(t.problem for t in tried) else 0


def _none(ids: Sequence[str], shape: str) -> int:
    if ids:
        raise click.UsageError(
            f"nothing dead or pending has the id `{one_line(ids[0])}`; `mesh notifications` lists what has"
        )
    click.echo(json.dumps({"retried": 0, "sent": 0, "left": 0}) if shape == "json" else _EMPTY)
    return 0


def _found(warehouse: Warehouse | None, states: Sequence[State]) -> list[Delivery]:
    found = in_states(warehouse, states).values() if warehouse and has_outbox(warehouse) else ()
    return sorted(found, key=lambda d: _ALL.index(d.state))


def _as_json(found: Iterable[Delivery]) -> list[str]:
    shown = [
        {
            "id": d.id,
            "state": d.state,
            "route": d.route,
            "attempts": d.attempts,
            "next_attempt_at": d.next_attempt_at.isoformat() if d.state is State.PENDING else None,
            "sent_at": d.sent_at.isoformat() if d.sent_at else None,
            "error": d.last_error,
            "notice": d.notice.as_json(),
        }
        for d in found
    ]
    return [json.dumps({"notifications": shown}, indent=2)]


def _as_text(found: Sequence[Delivery]) -> list[str]:
    return [_line(d) for d in found] or [_EMPTY]


def _line(d: Delivery) -> str:
    again = f" (again from {moment(d.next_attempt_at)})" if d.state is State.PENDING else ""
    why = f": {d.last_error}{again}" if d.last_error else again
    told = f"{d.state:<7} {d.id}  {one_line(d.route)}  {d.notice.severity} {d.notice.kind}  {headline(d.notice)}"
    return f"{told}{why}"
