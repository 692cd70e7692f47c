select o.order_id, o.placed_at
from {{ source('sales_prod', 'orders') }} as o
inner join {{ source('sales_cdc', 'orders') }} as landed on landed.id = o.order_id
left join {{ source('theirs', 'stg') }} as private on private.id = o.order_id
