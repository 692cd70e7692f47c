with stored as (select *, placed_at as happened_at from {{ ref('stg_sales__orders') }} where not _cdc_deleted)

select {{ platform.contract_columns() }}, {{ platform.data_product_header() }}
from stored
where channel <> 'none' and happened_at is not null
