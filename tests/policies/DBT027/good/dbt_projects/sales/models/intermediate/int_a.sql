-- what is set from outside is not broken as long as its default is sound
select order_id, {{ var('more_columns', 'placed_at') }}
from {{ ref('stg_sales__orders') }}
