select order_id
from {{ ref('stg_sales__orders') }}
where {{ platform.new_changes('_cdc_revision') }}
