{# All times are UTC, whatever the session's zone. #}

{# The moment of an ISO 8601 text. #}
{% macro moment(text) -%} {{ return(adapter.dispatch('moment', 'platform')(text)) }} {%- endmacro %}
{% macro default__moment(text) -%} cast('{{ text }}' as timestamptz) {%- endmacro %}
{% macro bigquery__moment(text) -%} timestamp('{{ text }}') {%- endmacro %}


{# When the statement runs. Persist it where it must not move: in a view it is the time of the query. #}
{% macro now() -%} {{ return(adapter.dispatch('now', 'platform')()) }} {%- endmacro %}
{% macro default__now() -%} now() {%- endmacro %}
{% macro bigquery__now() -%} current_timestamp() {%- endmacro %}


{# The UTC calendar day of a moment. #}
{% macro utc_day(moment) -%} {{ return(adapter.dispatch('utc_day', 'platform')(moment)) }} {%- endmacro %}
{% macro default__utc_day(moment) -%} cast({{ moment }} at time zone 'UTC' as date) {%- endmacro %}
{% macro bigquery__utc_day(moment) -%} date({{ moment }}, 'UTC') {%- endmacro %}


{# The first moment of a moment's UTC day. #}
{% macro utc_day_start(moment) -%} {{ return(adapter.dispatch('utc_day_start', 'platform')(moment)) }} {%- endmacro %}
{% macro default__utc_day_start(moment) -%}
  (date_trunc('day', {{ moment }} at time zone 'UTC') at time zone 'UTC')
{%- endmacro %}
{% macro bigquery__utc_day_start(moment) -%} timestamp_trunc({{ moment }}, day, 'UTC') {%- endmacro %}


{# Minutes from one moment to another, with fractions; negative if the second is earlier. #}
{% macro minutes_between(first, second) -%}
  {{ return(adapter.dispatch('minutes_between', 'platform')(first, second)) }}
{%- endmacro %}
{% macro default__minutes_between(first, second) -%} ((epoch_us({{ second }}) - epoch_us({{ first }})) / 60000000.0) {%- endmacro %}
{% macro bigquery__minutes_between(first, second) -%}
  (timestamp_diff({{ second }}, {{ first }}, microsecond) / 60000000.0)
{%- endmacro %}
