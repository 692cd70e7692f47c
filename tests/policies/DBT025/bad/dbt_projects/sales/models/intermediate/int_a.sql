select {{ some_package.everything_of('x') }} from {{ ref('stg_sales__orders') }}
