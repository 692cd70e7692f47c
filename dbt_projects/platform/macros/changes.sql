{# Revision numbers, not clocks, say what is new: every landing and every publication takes the next one. #}

{# True for what landed since this product was last built; for everything when it is built in full. #}
{% macro new_changes(column='_cdc_revision') -%}
  {%- if is_incremental() -%}
    {{ column }} > {{ platform.included_revision() }}
  {%- else -%}
    true
  {%- endif -%}
{%- endmacro %}


{# The least event time among what another product published since this one was last built; null: nothing. #}
{% macro changed_since(product) -%}
  {%- if is_incremental() -%}
    (
        select min(oldest_event_at)
        from {{ platform.record_of('mesh_slo', 'publications') }}
        where product = '{{ product }}' and revision > {{ platform.included_revision() }}
    )
  {%- else -%}
    {{ platform.moment('0001-01-01T00:00:00+00:00') }}
  {%- endif -%}
{%- endmacro %}


{# Everything up to this revision is in the table that is being extended. #}
{% macro included_revision() -%}
  (select coalesce(max(_mesh_revision), 0) from {{ this }})
{%- endmacro %}
