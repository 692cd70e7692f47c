select order_id, placed_at, cast(null as varchar) as channel, lower(reached_by) as reach
from {{ ref('stg_sales__orders') }}
