select
  'o-1' as order_id,
  timestamp '2026-01-01 00:00:00+00' as placed_at,
  'web' as channel
