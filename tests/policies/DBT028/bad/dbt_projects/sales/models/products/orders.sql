with stored as (select *, placed_att as placed_at from {{ ref('stg_sales__orders') }})

select order_id, placed_at, channel
from stored
where chanel <> 'none'
