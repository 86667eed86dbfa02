-- The statements of fingerprints.py.

-- name: one way of writing
-- The same text for the same value on both servers, whatever their settings.
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = 'hex';

-- name: tables
-- A partition is read through the table it belongs to.
SELECT relname
FROM pg_class
WHERE relnamespace = to_regnamespace('campfill') AND relkind IN ('r', 'p') AND NOT relispartition
ORDER BY relname
