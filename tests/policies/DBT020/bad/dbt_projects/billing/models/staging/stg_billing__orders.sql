-- no source()
select order_id, placed_at
from sales_prod.orders
