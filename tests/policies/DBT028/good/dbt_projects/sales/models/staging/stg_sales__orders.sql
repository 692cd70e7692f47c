select
    id as order_id,
    placed_at,
    'web' as channel,
    _cdc_deleted
from {{ source('sales_cdc', 'orders') }}
