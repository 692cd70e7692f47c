"""`mesh impact`: whom a change of a product's schema reaches, which columns they use, and what breaks."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click

from mesh_platform.cli.format_option import format_option
from mesh_platform.environment import Environment, EnvironmentProblem, read_environment
from mesh_platform.manifest.commit import base_of, files_at
from mesh_platform.manifest.folder import Entry, read_text, root_at
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.message import did_you_mean
from mesh_platform.policies.impact.blast_radius import Affected, Effect, Gone, Impact, Loss
from mesh_platform.policies.impact.blast_radius import impact as impact_of
from mesh_platform.policies.impact.column_change import ColumnChange, column_changes
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.memory import FileMemory
from mesh_platform.schema.avro.problem import SchemaInvalid
from mesh_platform.schema.history import current, history
from mesh_platform.schema.table.record import RecordSchema, read_record

_COLOURS = {Effect.BREAKS: "red", Effect.STALE: "yellow", Effect.UNKNOWN: "yellow", Effect.NONE: "green"}
_WORDS = {Effect.BREAKS: "breaks", Effect.STALE: "goes stale", Effect.UNKNOWN: "cannot be told", Effect.NONE: "is fine"}


@click.command()
@click.argument("change", nargs=-1, metavar="[OLD.avsc NEW.avsc | PRODUCT | REVISION]")
@click.option("--schema", "schema", metavar="NEW.avsc", help="The schema that PRODUCT would have.")
@click.option("--since", metavar="REVISION", help="Everything that changed since this git revision.")
@format_option()
def impact(change: tuple[str, ...], schema: str | None, since: str | None, shape: str) -> int:
    """Name every product downstream of a change, the columns it uses, its owner and channel, and whether it breaks.

    The change is two schemas, a product with the schema it would have, or what changed since a git revision. Exit code
    1 when a consumer breaks.
    """
    environment = read_environment(os.environ)
    mesh = gather(environment.root)
    if len(change) == 2 and not schema and not since:
        found = [_of_files(environment, mesh, *change)]
    elif len(change) == 1 and schema and not since:
        found = [_of_product(environment, mesh, change[0], schema)]
    elif (since and not change and not schema) or (len(change) == 1 and not schema and not since):
        found = list(_since(environment, mesh, since or change[0]))
    else:
        raise click.UsageError("name two schemas, a product with `--schema NEW.avsc`, or a git revision")
    click.echo(json.dumps({"impacts": [_as_json(i) for i in found]}, indent=2) if shape == "json" else _text(found))
    return 1 if any(i.breaks for i in found) else 0


def _of_files(environment: Environment, mesh: Mesh, old: str, new: str) -> Impact:
    was, becomes = _schema(old), _schema(new)
    at = [Path(os.path.abspath(path)) for path in (old, new)]  # noqa: PTH100  (a link keeps its own place)
    product = next((p for path in at if (p := _owner(environment, mesh, path))), None) or _named(mesh, was)
    return impact_of(_lineage(environment, mesh), product, column_changes(was, becomes))


def _of_product(environment: Environment, mesh: Mesh, product: str, new: str) -> Impact:
    if product not in mesh.products:
        hint = did_you_mean(product, sorted(mesh.known_products))
        raise EnvironmentProblem(f"there is no product `{product}` that can be read{hint}")
    was = current(mesh.products[product])
    if was is None:
        raise EnvironmentProblem(f"the schema of `{product}` cannot be read; `mesh validate` says why")
    return impact_of(_lineage(environment, mesh), product, column_changes(was, _schema(new)))


def _since(environment: Environment, mesh: Mesh, revision: str) -> Iterator[Impact]:
    """The products that are gone, are read elsewhere, or whose columns are not what they were."""
    before = _before(environment, mesh, revision)
    lost = {name: loss for name, was in before.products.items() if (loss := _loss(mesh, was))}
    as_read = {**mesh.products, **{name: before.products[name] for name in lost}}
    lineage = _lineage(environment, replace(mesh, products=as_read))
    for name, was in sorted(before.products.items()):
        old, new = current(was), current(mesh.products[name]) if name in mesh.products else None
        changes = column_changes(old, new) if old and new else ()
        if changes or name in lost:
            yield impact_of(lineage, name, changes, lost.get(name))


def _before(environment: Environment, mesh: Mesh, revision: str) -> Mesh:
    if revision in mesh.known_products:
        raise EnvironmentProblem(f"`{revision}` is a product; say which schema it would have: `--schema NEW.avsc`")
    try:
        with files_at(environment.root, base_of(environment.root, revision)) as folder:
            return gather(folder)
    except EnvironmentProblem as problem:
        hint = did_you_mean(revision, sorted(mesh.known_products))
        raise EnvironmentProblem(f"{problem}{hint}") from problem


def _loss(mesh: Mesh, was: Product) -> Loss | None:
    """Why the product is read no more where it was; what cannot be read now is a finding, and no loss yet."""
    if was.id not in mesh.known_products:
        return Loss(Gone.REMOVED, f"the product is removed, and with it the port `{_port(was)}`")
    now = mesh.products.get(was.id)
    if now is None or _port(now) == _port(was):
        return None
    return Loss(Gone.MOVED, f"the port moves from `{_port(was)}` to `{_port(now)}`")


def _port(product: Product) -> str:
    port = product.manifest.port
    return f"{port.output_port}:{port.dataset}.{port.table}"


def _lineage(environment: Environment, mesh: Mesh) -> Lineage:
    return Lineage(mesh, FileMemory(environment.home / "lineage"))


def _schema(path: str) -> RecordSchema:
    at = Path(path)
    text = read_text(root_at(at.parent), Entry(path, path, str(at)))
    if not isinstance(text, str):
        raise EnvironmentProblem(f"`{path}`: {text.message}")
    try:
        return read_record(text)
    except SchemaInvalid as invalid:
        first = invalid.problems[0]
        raise EnvironmentProblem(f"{path}:{first.line}: {first.code} {first.message}") from invalid


def _owner(environment: Environment, mesh: Mesh, path: Path) -> str | None:
    """The product in whose folder a file lies."""
    for folder in (environment.domains, environment.domains.resolve()):
        if path.is_relative_to(folder):
            parts = path.relative_to(folder).parts
            name = ".".join(parts[:2])
            return name if len(parts) > 2 and name in mesh.products else None
    return None


def _named(mesh: Mesh, schema: RecordSchema) -> str:
    """The one product whose record has the schema's name."""
    full = (schema.namespace, schema.name)
    found = [p.id for p in mesh.products.values() if any((s.namespace, s.name) == full for s in history(p).values())]
    if len(found) != 1:
        raise EnvironmentProblem(
            f"`{'.'.join(full).lstrip('.')}` is the record of {len(found) or 'no'} products;"
            " name the product: `mesh impact <domain.product> --schema NEW.avsc`"
        )
    return found[0]


def _as_json(found: Impact) -> dict[str, object]:
    changes = [{**asdict(c), "breaks": c.breaks, "used_by": found.users(c.column)} for c in found.changes]
    return {
        "product": found.product,
        "breaks": found.breaks,
        "changes": changes,
        "consumers": [{**asdict(c), "breaks": c.effect is Effect.BREAKS} for c in found.consumers],
        "declared_only": list(found.declared_only),
        "lost": asdict(found.lost) if found.lost else None,
    }


def _text(found: Sequence[Impact]) -> str:
    return (
        "\n\n".join("\n".join(_block(i)) for i in found)
        if found
        else "no product is lost or moved, and no column changes"
    )


def _block(found: Impact) -> Iterator[str]:
    yield click.style(found.product, bold=True)
    for change in found.changes:
        yield f"  {change.message}: {_users(found, change)}"
    if found.lost:
        yield f"  {found.lost.message}"
    elif not found.changes:
        yield "  no column changes"
    for consumer in found.consumers:
        yield from _consumer(consumer)
    for name in found.declared_only:
        yield f"  {name}: declared as a consumer, and reads nothing here"
    if not found.consumers:
        yield "  nobody reads it"


def _users(found: Impact, change: ColumnChange) -> str:
    users = found.users(change.column)
    unknown = any(c.columns is None and not c.through for c in found.consumers)
    if not users:
        return "whether anybody uses it cannot be told" if unknown else "nobody uses it"
    return f"used by {', '.join(f'`{u}`' for u in users)}"


def _consumer(consumer: Affected) -> Iterator[str]:
    through = f", through {' → '.join(consumer.through)}" if consumer.through else ""
    says = click.style(_WORDS[consumer.effect], fg=_COLOURS[consumer.effect])
    yield f"  {click.style(consumer.product, bold=True)} {says}{through}"
    yield f"    owner {consumer.owner}, {consumer.oncall}, {consumer.slack_channel}"
    columns = "columns that cannot be told" if consumer.columns is None else ", ".join(consumer.columns) or "no column"
    changed = f"; of them breaks {', '.join(consumer.changed)}" if consumer.changed else ""
    yield f"    uses {columns}{changed}"
