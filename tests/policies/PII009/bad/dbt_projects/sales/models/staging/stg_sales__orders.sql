select id as order_id, placed_at, contact_mail as reached_by
from {{ source('sales_cdc', 'orders') }}
