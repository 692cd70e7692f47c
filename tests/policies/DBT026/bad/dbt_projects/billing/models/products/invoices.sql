with made as (select invoice_id, placed_at from {{ ref('stg_billing__orders') }})

select
    {{ platform.contract_columns() }},
    {{ platform.data_product_header() }}
from made
