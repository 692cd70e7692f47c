-- Which rows must exist, told by the orders domain's port and not by the product's own query.
select
    {{ platform.utc_day('event_timestamp') }} as revenue_date,
    currency_code,
    max(event_timestamp) as last_event_at
from {{ source('orders_prod', 'order_events') }}
where event_type <> 'RETURN_INITIATED'
group by 1, 2
