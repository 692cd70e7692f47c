select order_id, placed_at
from {{ source('sales_prod', 'orders') }}
