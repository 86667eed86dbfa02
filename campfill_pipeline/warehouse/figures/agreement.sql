-- The statements of agreement.py, by the function that runs them.

-- name: agreement
WITH known AS MATERIALIZED (
    SELECT l.line_no, l.name, l.withdrawn_at IS NULL AS in_force, d.line_no IS NOT NULL AS waits,
           f.line_no IS NOT NULL AS computed, f.as_of, f.delivered, f.covered, f.lifecycle
    FROM line_register l
    LEFT JOIN fulfillment f USING (line_no)
    LEFT JOIN line_dirty d USING (line_no)
), days AS (
    SELECT d.line_no, sum(d.impressions) AS impressions
    FROM line_day d JOIN known k USING (line_no)
    WHERE d.counted AND d.day <= k.as_of
    GROUP BY d.line_no
), compared AS (
    SELECT k.*, k.in_force AND k.computed AND NOT k.waits AND k.delivered <> COALESCE(s.impressions, 0) AS differs,
           k.in_force AND k.computed AND NOT k.covered AND k.lifecycle <> 'scheduled' AS not_judged
    FROM known k LEFT JOIN days s USING (line_no)
)
SELECT count(*) FILTER (WHERE in_force)::integer AS lines,
       count(*) FILTER (WHERE in_force AND waits)::integer AS waiting,
       count(*) FILTER (WHERE in_force AND NOT computed AND NOT waits)::integer AS without,
       count(*) FILTER (WHERE NOT in_force AND computed AND NOT waits)::integer AS left_over,
       count(*) FILTER (WHERE differs)::integer AS different,
       min(name) FILTER (WHERE differs) AS example,
       count(*) FILTER (WHERE not_judged)::integer AS not_judged,
       min(name) FILTER (WHERE not_judged) AS first_missing
FROM compared
