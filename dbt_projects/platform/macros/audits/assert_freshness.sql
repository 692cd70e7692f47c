{# Fails when the latest event time is older than so many minutes, or there is none. #}
{% test assert_freshness(model, column, minutes) %}
select latest
from (select max({{ column }}) as latest from {{ model }}) as newest
where latest is null or {{ platform.minutes_between('latest', platform.now()) }} > {{ minutes }}
{% endtest %}
