with few as (select order_id from {{ ref('stg_sales__orders') }})

select few.order_id
from few
order by few.channel
