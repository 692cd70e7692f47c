-- Each change of an order that may be one of its events: its birth, and every time it says CANCELLED.
-- An order that was born without a sound amount is placed by the change that gives it one, once that has landed.
with changes as (
    select *, coalesce(order_total_cents >= 0 and currency_code <> '', false) as has_amount
    from {{ ref('stg_orders__order_changes') }}
),

placed as (
    select *, 'ORDER_PLACED' as event_type, placed_at as event_timestamp
    from changes
    where _cdc_op in ('c', 'r')
),

mended as (
    select *, 'ORDER_PLACED' as event_type, placed_at as event_timestamp
    from changes
    where
        _cdc_op = 'u' and has_amount
        and order_id in (select order_id from placed where not has_amount and order_status <> 'TEST')
),

cancelled as (
    select *, 'ORDER_CANCELLED' as event_type, updated_at as event_timestamp
    from changes
    where order_status = 'CANCELLED' and not _cdc_deleted
)

select * from placed
union all
select * from mended
union all
select * from cancelled
