-- Every change of a return as it landed, in the domain's words. Nothing is decided here.
select
    id as return_id,
    order_id,
    status as return_status,
    refund_amount_cents as refund_cents,
    currency_code,
    reason as return_reason,
    created_at as initiated_at,
    updated_at,
    _cdc_op,
    _cdc_deleted,
    _cdc_lsn,
    _cdc_ordinal,
    _cdc_event_id,
    _cdc_revision
from {{ source('orders_cdc', 'returns__changes') }}
