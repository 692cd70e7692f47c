{# Fails when the table lost more than so many percent of the rows that were last published; passes before the first. #}
{% test assert_row_count_stable(model, pct_change) %}
{%- if model is string -%}
  {{ exceptions.raise_compiler_error("assert_row_count_stable counts the whole table: remove its `where`") }}
{%- endif -%}
select now_there, published
from (select count(*) as now_there from {{ model }}) as counted
cross join (
    select {{ adapter.quote('rows') }} as published
    from {{ platform.record_of('mesh_slo', 'publications') }}
    where product = '{{ project_name }}.{{ model.identifier }}'
    order by revision desc
    limit 1
) as last_publication
where now_there < published * (1 - {{ pct_change }} / 100.0)
{% endtest %}
