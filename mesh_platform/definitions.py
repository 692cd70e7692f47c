"""What workspace.yaml points at: the mesh that MESH_ROOT holds, as Dagster definitions."""

import os

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Lazy: reading the mesh happens when a process asks, never at import."""
    from mesh_platform.environment import read_environment
    from mesh_platform.manifest.gather import gather
    from mesh_platform.orchestration.build import build

    environment = read_environment(os.environ)
    return build(gather(environment.root), environment)
