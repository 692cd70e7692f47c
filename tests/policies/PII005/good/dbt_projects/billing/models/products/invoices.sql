select order_id as invoice_id, md5(max(reach)) as channel_of_contact, min(issued_at) as issued_at
from {{ ref('stg_billing__orders') }}
group by order_id
