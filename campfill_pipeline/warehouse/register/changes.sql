-- The statements of changes.py, by the function that runs them.

-- name: decisions
SELECT event_no FROM ledger_event WHERE upload_id = %(upload_id)s AND event = 'decided'

-- name: changes
WITH written AS NOT MATERIALIZED (
    SELECT line_no, revision, action, notable, changes, name, sheet, row_no FROM revision
    WHERE event_no = ANY (%(events)s)
), field AS (
    (SELECT r.*, f.key AS field, f.value ->> 'before' AS before, f.value ->> 'after' AS after
     FROM written r CROSS JOIN LATERAL jsonb_each(r.changes) f
     WHERE r.action <> 'created'
     UNION ALL
     SELECT r.*, NULL, NULL, NULL FROM written r WHERE r.action = 'created' OR r.changes = '{}')
    ORDER BY notable DESC, action DESC, sheet, row_no, field
    LIMIT %(limit)s
)
SELECT l.id AS line_id, f.name, CASE f.action WHEN 'created' THEN 'new' ELSE f.action END AS action, f.field, f.before,
       f.after,
       CASE WHEN f.field = ANY (%(measured)s)
            THEN round((f.after::numeric / NULLIF(f.before::numeric, 0) - 1) * 100, 1) END AS change_pct,
       f.notable, round(d.delivered / f.before_goal * 100, 1) AS fulfillment_before,
       round(d.delivered / f.after_goal * 100, 1) AS fulfillment_after, f.revision, f.sheet, f.row_no,
       l.external_id
FROM (SELECT *, CASE field WHEN 'impression_goal' THEN before::numeric END AS before_goal,
             CASE field WHEN 'impression_goal' THEN after::numeric END AS after_goal FROM field) f
JOIN line_register l USING (line_no)
LEFT JOIN LATERAL (
    SELECT COALESCE(sum(impressions), 0) AS delivered FROM line_day y
    WHERE f.before_goal IS NOT NULL AND y.line_no = f.line_no AND y.counted
) d ON true
ORDER BY f.notable DESC, f.action DESC, f.sheet, f.row_no, f.field

-- name: history
SELECT r.revision, r.valid_from, r.action, r.upload_id, u.file_name, r.sheet, r.row_no, r.notable, r.changes, r.name,
       r.kind_listed AS kind, r.buyer, r.runtime, r.start_date, r.end_date, r.impression_goal, r.budget_eur, r.cpm_eur,
       r.placement, r.advertiser, r.external_id, r.cancelled
FROM revision r
JOIN line_register l USING (line_no)
LEFT JOIN upload u ON u.upload_id = r.upload_id
WHERE l.id = %s
ORDER BY r.revision
