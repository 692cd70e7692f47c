-- Each change of a return that may be one of its events: its birth, and every time it says RESOLVED.
-- A return that was born without a sound amount is initiated by the change that gives it one, once that has landed.
with changes as (
    select *, coalesce(refund_cents >= 0 and currency_code <> '', false) as has_amount
    from {{ ref('stg_orders__return_changes') }}
),

initiated as (
    select *, 'RETURN_INITIATED' as event_type, initiated_at as event_timestamp
    from changes
    where _cdc_op in ('c', 'r')
),

mended as (
    select *, 'RETURN_INITIATED' as event_type, initiated_at as event_timestamp
    from changes
    where _cdc_op = 'u' and has_amount and return_id in (select return_id from initiated where not has_amount)
),

resolved as (
    select *, 'RETURN_RESOLVED' as event_type, updated_at as event_timestamp
    from changes
    where return_status = 'RESOLVED' and not _cdc_deleted
)

select * from initiated
union all
select * from mended
union all
select * from resolved
