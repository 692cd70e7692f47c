select columns('.*')
from {{ ref('stg_billing__orders') }}
