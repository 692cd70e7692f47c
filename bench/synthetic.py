"""A mesh of any size: N products in domains of at most a hundred, each with a schema, a model and tests."""

from pathlib import Path

DOMAIN = """\
apiVersion: datamesh.example.com/v1
kind: Domain
metadata: {{name: {domain}, team: team-{domain}, oncall: "@{domain}-oncall", slack_channel: "#data-{domain}"}}
spec:
  team_size: 6
  description: A synthetic part of the business.
  source_systems:
    - name: {domain}_postgres
      connector: debezium
      tables: [{{name: public.things, primary_key: [id], schema: sources/public.things.avsc}}]
"""

MANIFEST = """\
apiVersion: datamesh.example.com/v1
kind: DataProduct
metadata:
  name: {domain}.{product}
  domain: {domain}
  owner: team-{domain}
  oncall: "@{domain}-oncall"
  slack_channel: "#data-{domain}"
spec:
  description: Synthetic product {product}.
  interface: {{output_port: bigquery, dataset: {domain}_prod, table: {product}}}
  schema_version: "1.0.0"
  slo:
    freshness: {{target_minutes: 30, warn_minutes: 45, error_minutes: 90}}
    completeness: {{target_percent: 99.5, warn_percent: 99.0, error_percent: 97.0}}
    accuracy: {{validated_by: dbt test, run_frequency: every 1 hour}}
  lineage:
    upstream_sources:
      - {{system: {domain}_postgres, table: public.things, cdc_tool: debezium}}
  examples:
    - {{title: All of it, sql: select count(*) from {domain}_prod.{product}}}
"""

ROW = """\
{"type": "record", "name": "Thing", "fields": [
  {"name": "id", "type": "string"},
  {"name": "happened_at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
  {"name": "amount_cents", "type": "long", "doc": "Minor units"}]}
"""

MODEL = """\
{{{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns') }}}}
select id, happened_at, amount_cents, {{{{ platform.data_product_header() }}}}
from {{{{ source('{domain}_cdc', 'things__changes') }}}}
where {{{{ platform.new_changes() }}}}
"""

PROPERTIES = """\
  - name: {product}
    description: A synthetic part of the business.
    columns:
      - name: id
        data_tests: [not_null, unique]
      - name: amount_cents
        data_tests: [not_null]
"""

PROJECT = """\
name: {domain}
version: 1.0.0
config-version: 2
profile: {domain}
model-paths: [models]
models: {{{domain}: {{products: {{+materialized: incremental, +on_schema_change: append_new_columns}}}}}}
"""

SOURCES = """\
sources:
  - name: {domain}_cdc
    schema: {domain}_cdc
    tables: [{{name: things__changes}}]
"""


def write(root: Path, products: int, *, models: bool = True, per_domain: int = 100) -> None:
    """Make the mesh below `root`; the platform's dbt package comes from this project."""
    platform = Path(__file__).resolve().parents[1] / "dbt_projects" / "platform"
    (root / "dbt_projects").mkdir(parents=True)
    (root / "dbt_projects" / "platform").symlink_to(platform)
    for first in range(0, products, per_domain):
        domain = f"area{first // per_domain:03}"
        members = [f"product{n:04}" for n in range(first, min(first + per_domain, products))]
        _domain(root, domain, members)
        if models:
            _project(root, domain, members)


def _domain(root: Path, domain: str, products: list[str]) -> None:
    folder = root / "domains" / domain
    _file(folder / "domain.yaml", DOMAIN.format(domain=domain))
    _file(folder / "sources" / "public.things.avsc", ROW)
    for product in products:
        _file(folder / product / "data-product.yaml", MANIFEST.format(domain=domain, product=product))
        _file(folder / product / "schema" / "1.0.0.avsc", ROW)


def _project(root: Path, domain: str, products: list[str]) -> None:
    folder = root / "dbt_projects" / domain
    _file(folder / "dbt_project.yml", PROJECT.format(domain=domain))
    _file(folder / "packages.yml", "packages: [{local: ../platform}]\n")
    _file(folder / "models" / "staging" / "sources.yml", SOURCES.format(domain=domain))
    properties = "models:\n" + "".join(PROPERTIES.format(product=p) for p in products)
    _file(folder / "models" / "products" / "products.yml", properties)
    for product in products:
        _file(folder / "models" / "products" / f"{product}.sql", MODEL.format(domain=domain))


def _file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
