select order_id, placed_at, channel
from {{ ref('stg_sales__orders') }}
cross join {{ ref('stg_sales__ordres') }}
