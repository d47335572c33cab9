/** Buckets of keys, computed by PostgreSQL 17.10. Rows lie where these numbers say: a change here loses every row of every tier. */
export const FROZEN_BUCKETS = [
  ['bigint', 0, 175],
  ['bigint', 1, 1862],
  ['bigint', -1, 2378],
  ['bigint', 42, 3784],
  ['bigint', 2147483648, 4023],
  ['bigint', 9007199254740991, 3933],
  ['bigint', 9223372036854775807n, 4023],
  ['bigint', -9223372036854775808n, 1555],
  ['text', '', 1645],
  ['text', 'a', 177],
  ['text', 'user@example.com', 2427],
  ['text', 'Grüße, 世界 🌍', 2206],
  ['text', 'exactly12byt', 1393],
  ['uuid', '123e4567-e89b-12d3-a456-426614174000', 143],
  ['uuid', '00000000-0000-0000-0000-000000000000', 2131],
] as const;
