select order_id
from {{ ref('stg_sales__orders') }}
where {{ platform.new_change() }}
