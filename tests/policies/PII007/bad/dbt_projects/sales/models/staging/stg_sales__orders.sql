select id as order_id, placed_at, json_extract_string(_cdc_extra, '$.colour') as channel
from {{ source('sales_cdc', 'orders__changes') }}
