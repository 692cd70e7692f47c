-- Which events must exist, told by the landed tables and not by the product's own query: every order and return that
-- ever was, every order seen cancelled, every return seen resolved. Test orders and what follows from them are not.
with test_orders as (
    select id as order_id
    from {{ source('orders_cdc', 'orders__changes') }}
    where status = 'TEST' and _cdc_op in ('c', 'r')
),

happened as (
    select id as subject_id, id as order_id, 'ORDER_PLACED' as event_type, created_at as event_timestamp
    from {{ source('orders_cdc', 'orders') }}
    union all
    select id, id, 'ORDER_CANCELLED', min(updated_at)
    from {{ source('orders_cdc', 'orders__changes') }}
    where status = 'CANCELLED' and not _cdc_deleted
    group by id
    union all
    select id, order_id, 'RETURN_INITIATED', created_at
    from {{ source('orders_cdc', 'returns') }}
    union all
    select id, min(order_id), 'RETURN_RESOLVED', min(updated_at)
    from {{ source('orders_cdc', 'returns__changes') }}
    where status = 'RESOLVED' and not _cdc_deleted
    group by id
)

select
    {{ platform.surrogate_key(['subject_id', 'event_type']) }} as event_id,
    event_timestamp
from happened
where
    event_timestamp is not null
    and not exists (select 1 from test_orders where test_orders.order_id = happened.order_id)
