"""`mesh schema list`: the versions of a product in the repository, and the same in the registry."""

import json
import os
from dataclasses import dataclass
from typing import Any

import click

from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.registry import asked, named
from mesh_platform.environment import read_environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Product
from mesh_platform.schema.evolution.version import read_version
from mesh_platform.schema.registry import client
from mesh_platform.schema.registry.access import Access, read_access
from mesh_platform.schema.registry.address import subject_of
from mesh_platform.schema.registry.exchange import Registry


@dataclass(frozen=True)
class _Row:
    """A version here, in the registry, or in both."""

    version: str | None
    registered: client.Registered | None


@click.command()
@click.argument("product")
@format_option()
def list_versions(product: str, shape: str) -> int:
    """Show the schema versions of PRODUCT in the repository and, where one is configured, in the registry."""
    found = named(gather(read_environment(os.environ).root), product)
    access = read_access(os.environ)
    serving = access if access and access.serves(found) else None
    rows = _both(serving, found) if serving else [_Row(version, None) for version in _here(found)]
    if shape == "json":
        click.echo(json.dumps(_as_json(found, serving, rows), indent=2))
    else:
        click.echo(_text(found, serving, rows))
    return 0


def _here(product: Product) -> list[str]:
    versions = {text: version for text in product.schemas if (version := read_version(text))}
    return sorted(versions, key=lambda text: versions[text].precedence)


def _both(access: Access, product: Product) -> list[_Row]:
    with asked(access) as registry:
        subject = subject_of(product)
        rows = [_Row(v, client.look_up(registry, subject, product.schemas[v].text)) for v in _here(product)]
        return rows + _only_there(registry, subject, {r.registered.version for r in rows if r.registered})


def _only_there(registry: Registry, subject: str, known: set[int]) -> list[_Row]:
    others = [number for number in client.versions(registry, subject) if number not in known]
    return [_Row(None, found) for number in others if (found := client.version(registry, subject, number))]


def _as_json(product: Product, access: Access | None, rows: list[_Row]) -> dict[str, Any]:
    return {
        "product": product.id,
        "registry": access.registry if access else None,
        "subject": subject_of(product) if access else None,
        "versions": [
            {
                "version": row.version,
                "registered": {"version": row.registered.version, "id": row.registered.id} if row.registered else None,
            }
            for row in rows
        ],
    }


def _text(product: Product, access: Access | None, rows: list[_Row]) -> str:
    current = product.manifest.spec.schema_version
    lines = [f"{'repository':<14}{'registry' if access else ''}".rstrip()]
    for row in rows:
        mark = "*" if row.version == current else ""
        lines.append(f"{(row.version or '-') + mark:<14}{_there(row) if access else ''}".rstrip())
    if access:
        lines.append(f"subject `{subject_of(product)}` in `{access.registry}`")
    return "\n".join(lines)


def _there(row: _Row) -> str:
    return f"version {row.registered.version}, id {row.registered.id}" if row.registered else "not registered"
