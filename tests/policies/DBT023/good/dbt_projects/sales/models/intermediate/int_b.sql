select * from {{ ref('stg_sales__orders') }}
