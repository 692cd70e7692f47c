"""The private table before a refresh: rows never published go, columns that the schema gained or widened come.

Both happen here, before dbt starts, because DuckDB refuses a DELETE and an ALTER of one table in one transaction.
"""

from mesh_platform import names
from mesh_platform.environment import Target
from mesh_platform.manifest.mesh import Product
from mesh_platform.publishing.tables import BATCHES
from mesh_platform.schema.table.record import Column, RecordSchema
from mesh_platform.schema.table.warehouse_type import warehouse_type
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse
from mesh_platform.warehouse.sql import identifier, relation


def private_table(product: Product) -> str:
    """The table dbt builds; nobody outside the domain reads it."""
    return relation(names.internal_schema(product.domain), product.name)


def published_table(product: Product) -> str:
    """The table consumers read through the port's view; dbt never touches it."""
    return relation(names.internal_schema(product.domain), product.name + names.PUBLISHED_SUFFIX)


def withdrawn_table(product: Product) -> str:
    """What consumers have seen and see no more: keys and times alone, of the events that promises are counted by."""
    return relation(names.internal_schema(product.domain), product.name + names.WITHDRAWN_SUFFIX)


def prepare_private_table(warehouse: Warehouse, product: Product, schema: RecordSchema) -> int:
    """Make the private table ready for an incremental build; returns how many unpublished rows were discarded."""
    present = dict(warehouse.columns(names.internal_schema(product.domain), product.name))
    if names.BATCH_COLUMN not in present:
        return 0
    discarded = discard_unpublished(warehouse, product)
    for column in schema.columns:
        if column.name not in present:
            add_column(warehouse, private_table(product), column)
        elif present[column.name] != warehouse_type(column, Target.DUCKDB):
            widen_column(warehouse, private_table(product), column, present[column.name])
    return discarded


def widen_column(warehouse: Warehouse, table: str, column: Column, there: str) -> bool:
    """Give a column the wider type of its schema if every value it holds survives, there and back; whether it did.
    What does not survive is left as it is: the contract of the model stops the build."""
    kind, quoted = warehouse_type(column, Target.DUCKDB), identifier(column.name)
    back = f"try_cast(try_cast({quoted} as {kind}) as {there})"
    try:
        if warehouse.query(f"select 1 from {table} where {back} is distinct from {quoted} limit 1"):
            return False
        warehouse.execute(f"alter table {table} alter column {quoted} type {kind}")
    except QueryRejected:
        return False
    return True


def discard_unpublished(warehouse: Warehouse, product: Product) -> int:
    """Delete the batches that failed their audit, so that the next build makes them anew."""
    unpublished = (
        f"{names.BATCH_COLUMN} is null or {names.BATCH_COLUMN} not in (select batch from {BATCHES} where product = ?)"
    )
    table = private_table(product)
    found = int(warehouse.query(f"select count(*) from {table} where {unpublished}", [product.id])[0][0])
    if found:
        warehouse.execute(f"delete from {table} where {unpublished}", [product.id])
    return found


def add_column(warehouse: Warehouse, table: str, column: Column) -> None:
    """Give a table with history a column its schema gained; old rows take the schema's default."""
    kind = warehouse_type(column, Target.DUCKDB)
    warehouse.execute(f"alter table {table} add column {identifier(column.name)} {kind}")
    if column.has_default and column.default is not None and not isinstance(column.default, list | dict):
        warehouse.execute(f"update {table} set {identifier(column.name)} = cast(? as {kind})", [column.default])
