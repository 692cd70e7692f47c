-- A refund in another currency than its order's is a mistake of the shop; it must be seen, not hold up everybody.
{{ config(severity='warn') }}
select returned.event_id, returned.order_id, returned.currency_code, placed.currency_code as order_currency_code
from {{ ref('order_events') }} as returned
inner join {{ ref('order_events') }} as placed
    on returned.order_id = placed.order_id and placed.event_type = 'ORDER_PLACED'
where
    returned.event_type in ('RETURN_INITIATED', 'RETURN_RESOLVED')
    and returned.currency_code <> placed.currency_code
