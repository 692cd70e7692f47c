-- Every change of an order as it landed, in the domain's words. Nothing is decided here.
select
    id as order_id,
    customer_id,
    status as order_status,
    total_amount_cents as order_total_cents,
    currency_code,
    channel,
    created_at as placed_at,
    updated_at,
    _cdc_op,
    _cdc_deleted,
    _cdc_lsn,
    _cdc_ordinal,
    _cdc_event_id,
    _cdc_revision
from {{ source('orders_cdc', 'orders__changes') }}
