-- The statements of replay.py, by the function that runs them.

-- name: computed differences
SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
  AND attidentity = '' AND attname <> ALL (%s)

-- name: number listings
UPDATE campfill_rebuild.upload_listing g
SET lines = COALESCE((
    SELECT range_agg(int4range(n.new_no::integer, n.new_no::integer, '[]'))
    FROM unnest(g.lines) AS part (range), generate_series(lower(part.range), upper(part.range) - 1) AS line (no)
    JOIN number n ON n.line_no = line.no), '{}'),
    silent = COALESCE((
    SELECT range_agg(int4range(n.new_no::integer, n.new_no::integer, '[]'))
    FROM unnest(g.silent) AS part (range), generate_series(lower(part.range), upper(part.range) - 1) AS line (no)
    JOIN number n ON n.line_no = line.no), '{}')
