select order_id, placed_at as issued_at, reach
from {{ source('sales_prod', 'orders') }}
