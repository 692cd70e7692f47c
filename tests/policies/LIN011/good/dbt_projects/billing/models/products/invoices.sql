select order_id as invoice_id, placed_at as issued_at
from {{ ref('stg_billing__orders') }}
