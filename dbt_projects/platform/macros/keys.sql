{# A deterministic id of several values. Each carries its length, so `a|bc` and `ab|c` differ, and null is no text. #}
{% macro surrogate_key(expressions) -%}
  {%- set parts = [] -%}
  {%- for expression in expressions -%}
    {%- set text = "cast(" ~ expression ~ " as " ~ platform.text_type() ~ ")" -%}
    {%- do parts.append("coalesce(cast(length(" ~ text ~ ") as " ~ platform.text_type() ~ ") || ':' || " ~ text ~ ", '-')") -%}
  {%- endfor -%}
  {{ platform.md5_text(parts | join(' || ')) }}
{%- endmacro %}


{# A map of text to text from a mapping of key to expression; a null value is left out, as the Avro map wants it. #}
{% macro key_values(expressions) -%}
  {{ return(adapter.dispatch('key_values', 'platform')(expressions)) }}
{%- endmacro %}

{% macro default__key_values(expressions) -%}
  map_from_entries(list_filter([
    {%- for key, expression in expressions.items() %}
      {'key': '{{ key }}', 'value': cast({{ expression }} as varchar)}{{ ',' if not loop.last }}
    {%- endfor %}
  ], lambda entry: entry['value'] is not null))
{%- endmacro %}

{% macro bigquery__key_values(expressions) -%}
  array(
    select as struct key, value
    from unnest([
    {%- for key, expression in expressions.items() %}
      struct('{{ key }}' as key, cast({{ expression }} as string) as value){{ ',' if not loop.last }}
    {%- endfor %}
    ])
    where value is not null
  )
{%- endmacro %}


{% macro text_type() -%} {{ return(adapter.dispatch('text_type', 'platform')()) }} {%- endmacro %}
{% macro default__text_type() -%} varchar {%- endmacro %}
{% macro bigquery__text_type() -%} string {%- endmacro %}


{% macro md5_text(expression) -%} {{ return(adapter.dispatch('md5_text', 'platform')(expression)) }} {%- endmacro %}
{% macro default__md5_text(expression) -%} md5({{ expression }}) {%- endmacro %}
{% macro bigquery__md5_text(expression) -%} to_hex(md5({{ expression }})) {%- endmacro %}
