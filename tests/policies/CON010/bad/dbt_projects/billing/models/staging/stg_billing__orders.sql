select order_id, placed_at, channel
from {{ source('sales_prod', 'orders') }}
