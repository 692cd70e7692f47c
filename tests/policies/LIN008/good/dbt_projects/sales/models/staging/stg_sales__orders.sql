select id as order_id, placed_at, 'web' as channel
from {{ source('sales_cdc', 'orders') }}
union all
select id, placed_at, 'shop'
from {{ source('sales_cdc', 'returns__changes') }}
