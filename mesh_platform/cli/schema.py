"""`mesh schema`: what may be asked of schemas, of two files or of a registry."""

from collections.abc import Mapping
from typing import Final

import click

from mesh_platform.cli.commands import Commands

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "diff": (
        "mesh_platform.cli.schema_diff:diff",
        "Say what changed, which version that takes, and who can read what.",
    ),
    "check": ("mesh_platform.cli.schema_check:check", "Ask the registry whether it would take the newest schemas."),
    "list": ("mesh_platform.cli.schema_list:list_versions", "Show a product's versions, here and in the registry."),
}


@click.command(cls=Commands, table=COMMANDS)
def schema() -> None:
    """Compare schemas: what changed, which version that takes, and who can still read what."""
