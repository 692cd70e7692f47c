select id as order_id, placed_at, 'web' as channel
from {{ source('sales_cdc', 'orders') }}
