"""What came of test messages, as `mesh notifications test` tells it."""

import json
from collections.abc import Sequence
from typing import Final

import click

from mesh_platform import names
from mesh_platform.manifest.notifications import Notifications, Route
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.notifying.trial import Tried

_NO_ROUTES: Final = (
    f"{names.DOMAINS_FOLDER}/{names.NOTIFICATIONS_FILE} configures no route (`mesh validate` names what cannot be"
    f" read); notices are lines of `$MESH_HOME/{names.NOTIFICATIONS_LOG}`"
)


def meant(config: Notifications, given: str | None) -> list[Route]:
    """The routes to this addressee, or all, each once; raises UsageError where there is none of the name."""
    routes = list({route.id: route for route in config.routes.values()}.values())
    found = [r for r in routes if given is None or given == r.to or (r.usable and given == r.id)]
    if found or given is None:
        return found
    known = ", ".join(dict.fromkeys(f"`{one_line(r.addressee)}`" for r in routes))
    there = f"there are: {known}" if known else _NO_ROUTES
    raise click.UsageError(f"there is no route `{one_line(given)}`; {there}")


def as_text(found: Sequence[Tried]) -> list[str]:
    """A line a route."""
    return [_line(t) for t in found] or [_NO_ROUTES]


def as_json(found: Sequence[Tried]) -> str:
    """The same, for a program."""
    told = [
        {
            "route": t.name,
            "kind": t.route.kind,
            "to": t.route.addressee,
            "sent": t.problem is None,
            "error": t.problem,
        }
        for t in found
    ]
    return json.dumps({"routes": told}, indent=2)


def _line(tried: Tried) -> str:
    name = one_line(tried.name)
    return f"failed  {name}: {one_line(tried.problem)}" if tried.problem else f"sent    {name}"
