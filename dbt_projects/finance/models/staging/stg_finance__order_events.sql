-- The orders domain's events that move money, as finance reads them.
select
    event_id,
    event_type,
    event_timestamp,
    {{ platform.utc_day('event_timestamp') }} as revenue_date,
    currency_code,
    order_total_cents,
    refund_cents
from {{ source('orders_prod', 'order_events') }}
where event_type in ('ORDER_PLACED', 'ORDER_CANCELLED', 'RETURN_RESOLVED')
