-- The statements of replay.py, by the function that runs them.

-- name: computed differences
SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
  AND attidentity = '' AND attname <> ALL (%s)
