-- The statements of files.py, by the function that runs them.

-- name: mapped
-- By the newest mapping file in force, now or at that moment, of any source.
SELECT DISTINCT n.text, m.line_id
FROM unnest(%(texts)s::text[]) AS n (text)
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (i.connector) i.line_id
    FROM id_map i JOIN upload u USING (upload_id)
    WHERE i.source_id = n.text AND u.status IN ('loaded', 'partly_loaded')
      AND (%(before)s::timestamptz IS NULL OR u.decided_at <= %(before)s)
      AND (u.reverted_at IS NULL OR u.reverted_at > %(before)s)
    ORDER BY i.connector, u.order_no DESC, u.seq DESC) m

-- name: beside those in force
-- New, changed and unchanged of a file that is not in force yet.
SELECT count(*) FILTER (WHERE f.impressions IS NULL), count(*) FILTER (WHERE f.impressions <> c.impressions),
       count(*) FILTER (WHERE f.impressions = c.impressions)
FROM second_count c
LEFT JOIN second_count_in_force f
    ON f.line_id = c.line_id AND f.counter = lower(c.counted_by) AND lower(f.site) = lower(c.site)
   AND (f.first_day, f.last_day) IS NOT DISTINCT FROM (c.first_day, c.last_day)
WHERE c.upload_id = %(upload_id)s

-- name: rows of
SELECT count(*) FROM second_count WHERE upload_id = %s

-- name: renew page
-- Page and workbook show second counts: they are made again.
UPDATE fulfillment_state SET content = gen_random_uuid()
