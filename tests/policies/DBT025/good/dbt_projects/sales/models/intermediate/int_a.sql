select {{ shout('channel') }} as loud from {{ ref('stg_sales__orders') }}
