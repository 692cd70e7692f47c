"""`mesh schema check`: what the registry says of the newest schemas, beside what the platform says."""

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

import click

from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.registry import asked, configured, products_of
from mesh_platform.environment import read_environment
from mesh_platform.manifest.gather import gather
from mesh_platform.schema.registry.inquiry import Inquiry, Ours, inquire


@click.command()
@click.argument("products", nargs=-1, metavar="[PRODUCT ...]")
@format_option()
def check(products: Sequence[str], shape: str) -> int:
    """Ask the registry whether it would take the newest schema of PRODUCT ... (default: all that name the registry).

    Nothing is registered: publishing does that. Exit code 1 when the registry would refuse a schema, 2 when it gives no
    answer.
    """
    access = configured()
    chosen = products_of(gather(read_environment(os.environ).root), access, products)
    with asked(access) as registry:
        found = [inquiry for product in chosen if (inquiry := inquire(registry, product))]
    if shape == "json":
        click.echo(json.dumps({"registry": access.registry, "products": [_as_json(i) for i in found]}, indent=2))
    else:
        click.echo("\n".join(line for i in found for line in _lines(i)) or _nothing(access.registry))
    return 0 if all(i.verdict.compatible for i in found) else 1


def _nothing(registry: str) -> str:
    return f"no product names the registry `{registry}` in its `spec.schema_registry`"


def _as_json(inquiry: Inquiry) -> dict[str, Any]:
    known, ours = inquiry.registered, inquiry.ours
    return {
        "product": inquiry.product,
        "subject": inquiry.subject,
        "version": inquiry.version,
        "level": inquiry.level,
        "compatible": inquiry.verdict.compatible,
        "messages": list(inquiry.verdict.messages),
        "registered": {"version": known.version, "id": known.id} if known else None,
        "ours": {
            "from": ours.old,
            "bump": ours.bump.word,
            "unreadable": None if ours.unreadable is None else list(ours.unreadable),
            "changes": [
                {"code": c.code, "level": c.kind.level, "path": c.path, "message": c.message} for c in ours.changes
            ],
        }
        if ours
        else None,
    }


def _lines(inquiry: Inquiry) -> Iterator[str]:
    good = inquiry.verdict.compatible
    word = click.style("compatible" if good else "refused", fg="green" if good else "red", bold=True)
    known = inquiry.registered
    held = f"registered as version {known.version}, id {known.id}" if known else f"held to {inquiry.level or 'unknown'}"
    yield f"{inquiry.product} {inquiry.version}  {word}  `{inquiry.subject}`, {held}"
    yield from (f"  registry  {message}" for message in inquiry.verdict.messages)
    if inquiry.ours:
        yield from (f"  ours      {line}" for line in _our_lines(inquiry.ours, inquiry.level))


def _our_lines(ours: Ours, level: str | None) -> Iterator[str]:
    yield from (f"{change.code}  {change.message}" for change in ours.changes)
    apart = ", ".join(f"`{version}`" for version in ours.unreadable or ())
    readers = f"; by {level} it does not go with {apart}" if apart else ""
    yield f"{ours.bump.word} since `{ours.old}`{readers}"
