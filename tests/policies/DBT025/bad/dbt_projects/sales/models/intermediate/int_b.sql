select * from (pivot {{ ref('stg_sales__orders') }} on channel using count(*))
