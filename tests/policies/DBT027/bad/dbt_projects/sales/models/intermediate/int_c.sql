select order_id
from {{ ref('stg_sales__orders') }}
{% if is_incremental() %}
where true
{% endfor %}
