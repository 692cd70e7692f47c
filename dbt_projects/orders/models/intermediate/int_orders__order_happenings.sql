-- Each change of an order that may be one of its events: its birth, and every time it says CANCELLED.
with placed as (
    select *, 'ORDER_PLACED' as event_type, placed_at as event_timestamp
    from {{ ref('stg_orders__order_changes') }}
    where _cdc_op in ('c', 'r')
),

cancelled as (
    select *, 'ORDER_CANCELLED' as event_type, updated_at as event_timestamp
    from {{ ref('stg_orders__order_changes') }}
    where order_status = 'CANCELLED' and not _cdc_deleted
)

select * from placed
union all
select * from cancelled
