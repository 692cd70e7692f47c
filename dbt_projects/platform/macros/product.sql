{# The columns consumers see: those of the product's schema version, and nothing else the query may hold. #}
{% macro contract_columns() -%}
  {%- set contracted = model.columns.values() | map(attribute='name') | reject('in', ['_mesh_batch', '_mesh_revision']) | list -%}
  {%- if execute and not contracted -%}
    {{ exceptions.raise_compiler_error(
        model.name ~ " has no contract: its data-product.yaml or its schema version cannot be read; `mesh validate` says why") }}
  {%- endif -%}
  {%- for column in contracted %}
    {{ adapter.quote(column) }}{{ ',' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}


{# The platform's own columns: when this batch was built, and up to which revision it had seen its inputs. #}
{% macro data_product_header() -%}
    {{ platform.moment(run_started_at.isoformat()) }} as _mesh_batch,
    (select coalesce(max(revision), 0) from {{ platform.record_of('mesh_meta', 'revisions') }}) as _mesh_revision
{%- endmacro %}


{# One of the platform's own tables. No source(): these records are not part of anybody's lineage. #}
{% macro record_of(schema, table) -%}
  {{ api.Relation.create(database=target.database, schema=schema, identifier=table) }}
{%- endmacro %}
