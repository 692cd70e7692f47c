with days as (
    select date_trunc('day', placed_at) as day, count(*) as orders, [x for x in [1, 2] if x > 1] as some
    from {{ ref('stg_sales__orders') }} as o
    where exists (select 1 from {{ ref('stg_sales__orders') }} as later where later.order_id = o.order_id and later.placed_at > o.placed_at)
    group by all
)

select d.day, d.orders + 1 as more, more + 1 as most, part, {{ dbt_utils.generate_surrogate_key(['day', 'orders']) }} as key
from days as d, unnest(d.some) as u(part)
where {{ dbt.datediff('day', 'current_date', 'days_of_grace') }} > 1
order by most, day
