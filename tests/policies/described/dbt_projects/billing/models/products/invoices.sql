select 'i-1' as invoice_id, timestamp '2026-01-01 00:00:00+00' as issued_at, {{ platform.data_product_header() }}
