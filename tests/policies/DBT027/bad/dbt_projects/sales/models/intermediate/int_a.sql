-- broken
select order_id
from from (
