select order_id, placed_at, channel
from {{ ref('stg_sales__orders') }}
