-- Each change of a return that may be one of its events: its birth, and every time it says RESOLVED.
with initiated as (
    select *, 'RETURN_INITIATED' as event_type, initiated_at as event_timestamp
    from {{ ref('stg_orders__return_changes') }}
    where _cdc_op in ('c', 'r')
),

resolved as (
    select *, 'RETURN_RESOLVED' as event_type, updated_at as event_timestamp
    from {{ ref('stg_orders__return_changes') }}
    where return_status = 'RESOLVED' and not _cdc_deleted
)

select * from initiated
union all
select * from resolved
