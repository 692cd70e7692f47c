select o.order_id, o.placed_at
from {{ source('sales_prod', 'orders') }} as o
left join {{ source('sales_prod', 'order_lines') }} as l on l.order_id = o.order_id
