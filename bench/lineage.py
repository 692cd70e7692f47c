"""Column lineage: what a model costs when it is new, and when nothing has changed; and what it adds to `mesh validate`.

The mesh has three models a product: staging reads a source table or another domain's port, intermediate joins and
renames, the product is incremental. Beside them, in the same run: sqlglot's own lineage of the same queries.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import synthetic
from mesh_platform.manifest.gather import gather
from mesh_platform.policies.classification.classify import classify
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.memory import FileMemory

PRODUCTS = 1000
STAGING = """\
select id as thing_id, happened_at, amount_cents, amount_cents / 100.0 as amount,
  case when amount_cents > 1000 then 'large' else 'small' end as size_class, _cdc_op, _cdc_revision, _cdc_event_id
from {{{{ source('{domain}_cdc', 'things__changes') }}}}
"""
INTERMEDIATE = """\
with changes as (select *, coalesce(amount_cents >= 0, false) as has_amount from {{{{ ref('stg_{product}') }}}}),
born as (select *, 'BORN' as event_type, happened_at as event_at from changes where _cdc_op in ('c', 'r')),
moved as (select *, 'MOVED' as event_type, happened_at as event_at from changes where _cdc_op = 'u' and has_amount)
select * from born union all select * from moved
"""
PRODUCT = """\
with ranked as (
  select *, row_number() over (partition by thing_id, event_type order by _cdc_event_id) as place
  from {{{{ ref('int_{product}') }}}} where {{{{ platform.new_changes() }}}}
)
select {{{{ platform.surrogate_key(['thing_id', 'event_type']) }}}} as id, event_at as happened_at,
  cast(amount_cents as bigint) as amount_cents, {{{{ platform.data_product_header() }}}}
from ranked where place = 1
"""


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        root, home = Path(folder) / "root", Path(folder) / "home"
        _write(root)
        mesh = gather(root)
        models = sum(len(project.queries) for project in mesh.dbt.values())
        cold, traces = _timed(lambda: Lineage(mesh, FileMemory(home)).traces)
        assert not any(trace.problem for trace in traces.values())
        yield f"lineage of {models} new models", f"{cold / models * 1000:.1f} ms each", _beside(mesh.dbt)
        warm, _ = _timed(lambda: Lineage(mesh, FileMemory(home)).traces)
        yield f"lineage of {models} unchanged models", f"{warm / models * 1000:.2f} ms each", f"{warm:.2f} s in all"
        for what in ("new", "unchanged"):
            seconds = _validate(root, Path(folder) / "other")
            yield f"mesh validate, {PRODUCTS} products, models {what}", f"{seconds:.2f} s", f"{models} models followed"
    yield _classified()


def _timed(work):  # type: ignore[no-untyped-def]
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def _validate(root: Path, home: Path) -> float:
    mesh = Path(sys.executable).with_name("mesh")
    variables = {**os.environ, "MESH_ROOT": str(root), "MESH_HOME": str(home)}
    started = time.perf_counter()
    subprocess.run([mesh, "validate", "--format", "json"], env=variables, capture_output=True, check=False)
    return time.perf_counter() - started


def _beside(projects) -> str:  # type: ignore[no-untyped-def]
    """sqlglot's own lineage of a product's final query, for its three columns."""
    from sqlglot.lineage import lineage

    sql = (
        PRODUCT.format(product="x")
        .replace("{{ ref('int_x') }}", "int_x")
        .replace("{{ platform.new_changes() }}", "true")
    )
    sql = sql.replace("{{ platform.surrogate_key(['thing_id', 'event_type']) }}", "md5(thing_id || event_type)")
    sql = sql.replace(", {{ platform.data_product_header() }}", "")
    schema = {"int_x": dict.fromkeys(("thing_id", "event_type", "event_at", "amount_cents", "_cdc_event_id"), "text")}
    seconds, _ = _timed(
        lambda: [lineage(c, sql, schema, dialect="duckdb") for c in ("id", "happened_at", "amount_cents")]
    )
    return f"sqlglot's own lineage of one: {seconds * 1000:.0f} ms"


def _classified() -> tuple[str, str, str]:
    names = [
        f"{first}_{second}{n}"
        for n in range(100)
        for first in ("customer", "product", "zz")
        for second in ("email", "q")
    ]
    classify.cache_clear()
    seconds, _ = _timed(lambda: [classify(name) for name in names])
    return "classification of a column's name", f"{seconds / len(names) * 1e6:.0f} µs", f"{len(names)} different names"


def _write(root: Path) -> None:
    synthetic.write(root, PRODUCTS, per_domain=25)
    for file in sorted(root.glob("dbt_projects/*/models/products/*.sql")):
        domain, product = file.parts[-4], file.stem
        models = file.parents[1]
        (models / "intermediate").mkdir(exist_ok=True)
        (models / "staging" / f"stg_{product}.sql").write_text(STAGING.format(domain=domain))
        (models / "intermediate" / f"int_{product}.sql").write_text(INTERMEDIATE.format(product=product))
        file.write_text(PRODUCT.format(product=product))
