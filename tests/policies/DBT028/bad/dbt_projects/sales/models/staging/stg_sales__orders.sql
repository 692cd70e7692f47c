select
    id as order_id,
    placed_att,
    'web' as channel
from {{ source('sales_cdc', 'orders') }}
