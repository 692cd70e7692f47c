select *
from {{ ref('int_a') }}
