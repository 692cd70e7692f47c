"""`mesh schema`: what may be asked of schemas without a mesh."""

import click

from mesh_platform.cli.schema_diff import diff


@click.group()
def schema() -> None:
    """Compare schemas: what changed, which version that takes, and who can still read what."""


schema.add_command(diff)
