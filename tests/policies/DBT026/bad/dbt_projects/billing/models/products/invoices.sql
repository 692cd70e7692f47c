with made as (select invoice_id, cast(max(placed_at) as timestamp) from {{ ref('stg_billing__orders') }} group by invoice_id)

select
    {{ platform.contract_columns() }},
    {{ platform.data_product_header() }}
from made
