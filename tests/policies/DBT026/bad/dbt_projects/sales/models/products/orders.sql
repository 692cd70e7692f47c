select order_id, placed_at, channel as medium
from {{ ref('stg_sales__orders') }}
