select order_id as invoice_id, placed_at from {{ source('sales_prod', 'orders') }}
