{{ config(
    unique_key=['revenue_date', 'currency_code'],
    partition_by={'field': 'revenue_date', 'data_type': 'date'} if target.type == 'bigquery' else none,
) }}

-- Days are made anew, whole, from the day of the earliest event on that was published since the last build.
-- Order events never disappear, so a day and currency that once had a row is never left without one.

with events as (
    select *
    from {{ ref('stg_finance__order_events') }}
    where event_timestamp >= {{ platform.utc_day_start(platform.changed_since('orders.order_events')) }}
),

amounts as (
    select
        revenue_date,
        currency_code,
        event_type,
        event_timestamp,
        case when event_type = 'ORDER_PLACED' then order_total_cents else 0 end as gross_cents,
        case when event_type = 'ORDER_CANCELLED' then order_total_cents else 0 end as cancelled_cents,
        case when event_type = 'RETURN_RESOLVED' then refund_cents else 0 end as refunded_cents
    from events
),

days as (
    select
        revenue_date,
        currency_code,
        count(case when event_type = 'ORDER_PLACED' then 1 end) as orders_placed,
        count(case when event_type = 'ORDER_CANCELLED' then 1 end) as orders_cancelled,
        count(case when event_type = 'RETURN_RESOLVED' then 1 end) as returns_resolved,
        cast(sum(gross_cents) as bigint) as gross_cents,
        cast(sum(cancelled_cents) as bigint) as cancelled_cents,
        cast(sum(refunded_cents) as bigint) as refunded_cents,
        cast(sum(gross_cents - cancelled_cents - refunded_cents) as bigint) as net_cents,
        max(event_timestamp) as last_event_at
    from amounts
    group by revenue_date, currency_code
)

select
    {{ platform.contract_columns() }},
    {{ platform.data_product_header() }}
from days
