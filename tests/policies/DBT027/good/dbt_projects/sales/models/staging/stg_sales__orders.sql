select id as order_id, placed_at, 'web' as channel, _cdc_revision
from {{ source('sales_cdc', 'orders') }}
