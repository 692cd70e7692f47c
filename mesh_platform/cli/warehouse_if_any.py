"""The warehouse as a command finds it that only asks about what is recorded there."""

from contextlib import AbstractContextManager, nullcontext

from mesh_platform.environment import Environment
from mesh_platform.warehouse.protocol import Warehouse, open_warehouse


def warehouse_if_any(environment: Environment, *, read_only: bool) -> AbstractContextManager[Warehouse | None]:
    """None where nothing has been recorded yet: asking must not make a warehouse."""
    return open_warehouse(environment, read_only=read_only) if environment.warehouse_file.exists() else nullcontext()
