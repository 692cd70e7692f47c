{{ config(
    partition_by={'field': 'event_timestamp', 'data_type': 'timestamp', 'granularity': 'day'} if target.type == 'bigquery' else none,
    cluster_by=['order_id'] if target.type == 'bigquery' else none,
) }}

-- The event log. It comes from the change log, so an event neither moves nor disappears when its order changes later.
-- Only orders that something happened to since the last build are looked at, but those with their whole past:
-- a return that arrived before its order waits in the change log until the order lands, and appears then.

with affected as (
    select order_id from {{ ref('int_orders__order_happenings') }} where {{ platform.new_changes() }}
    union distinct
    select order_id from {{ ref('int_orders__return_happenings') }} where {{ platform.new_changes() }}
),

-- Of several happenings of a kind the first in the order of the source is the event; one without a sound amount only
-- as long as there is no other, and then an audit holds the batch back until the source has mended it.
order_events as (
    select *
    from {{ ref('int_orders__order_happenings') }}
    where order_id in (select order_id from affected)
    qualify row_number() over (
        partition by order_id, event_type order by has_amount desc, _cdc_lsn, _cdc_ordinal, _cdc_event_id
    ) = 1
),

return_events as (
    select *
    from {{ ref('int_orders__return_happenings') }}
    where order_id in (select order_id from affected)
    qualify row_number() over (
        partition by return_id, event_type order by has_amount desc, _cdc_lsn, _cdc_ordinal, _cdc_event_id
    ) = 1
),

-- An order is known from its birth on, and is a test order, with all that follows, if it was born as one.
known_orders as (
    select * from order_events where event_type = 'ORDER_PLACED' and order_status <> 'TEST'
),

-- The order as it was when the return event happened; as it was born, if every landed change is later.
orders_back_then as (
    select
        return_events.return_id,
        return_events.event_type,
        order_changes.customer_id,
        order_changes.order_total_cents,
        order_changes.channel
    from return_events
    inner join known_orders on return_events.order_id = known_orders.order_id
    inner join {{ ref('stg_orders__order_changes') }} as order_changes
        on
            return_events.order_id = order_changes.order_id
            and not order_changes._cdc_deleted
            and (
                order_changes.updated_at <= return_events.event_timestamp
                or order_changes._cdc_event_id = known_orders._cdc_event_id
            )
    qualify row_number() over (
        partition by return_events.return_id, return_events.event_type
        order by
            case when order_changes.order_total_cents >= 0 then 0 else 1 end,
            case when order_changes.updated_at <= return_events.event_timestamp then 0 else 1 end,
            order_changes._cdc_lsn desc, order_changes._cdc_ordinal desc, order_changes._cdc_event_id desc
    ) = 1
),

events as (
    select
        {{ platform.surrogate_key(['order_events.order_id', 'order_events.event_type']) }} as event_id,
        order_events.event_type,
        order_events.event_timestamp,
        order_events.order_id,
        order_events.customer_id,
        order_events.order_total_cents,
        order_events.currency_code,
        order_events.channel,
        {{ platform.key_values({
            'order_status': 'order_events.order_status',
            'captured_as': "case when order_events._cdc_op = 'r' then 'snapshot' else 'change' end",
        }) }} as metadata,
        cast(null as bigint) as refund_cents
    from order_events
    inner join known_orders on order_events.order_id = known_orders.order_id

    union all

    select
        {{ platform.surrogate_key(['return_events.return_id', 'return_events.event_type']) }} as event_id,
        return_events.event_type,
        return_events.event_timestamp,
        return_events.order_id,
        orders_back_then.customer_id,
        orders_back_then.order_total_cents,
        return_events.currency_code,
        orders_back_then.channel,
        {{ platform.key_values({
            'return_id': 'return_events.return_id',
            'return_status': 'return_events.return_status',
            'return_reason': 'return_events.return_reason',
            'captured_as': "case when return_events._cdc_op = 'r' then 'snapshot' else 'change' end",
        }) }} as metadata,
        return_events.refund_cents
    from return_events
    inner join orders_back_then
        on return_events.return_id = orders_back_then.return_id and return_events.event_type = orders_back_then.event_type
)

select
    {{ platform.contract_columns() }},
    {{ platform.data_product_header() }}
from events
{%- if is_incremental() %}
where not exists (select 1 from {{ this }} as logged where logged.event_id = events.event_id)
{%- endif %}
