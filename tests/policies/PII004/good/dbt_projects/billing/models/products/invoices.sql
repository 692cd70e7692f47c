select order_id as invoice_id, sha256(max(reach) || 'salt') as channel_of_contact, min(issued_at) as issued_at
from {{ ref('stg_billing__orders') }}
group by order_id
