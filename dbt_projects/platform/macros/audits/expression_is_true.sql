{# Fails for each row where the expression is false. On a column the expression follows it: `>= 0`. Null is not false. #}
{% test expression_is_true(model, expression, column_name=none) %}
select *
from {{ model }}
where not ({{ column_name ~ ' ' if column_name }}{{ expression }})
{% endtest %}
