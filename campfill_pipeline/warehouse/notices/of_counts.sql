-- name: prices
SELECT id, cpm_eur FROM line WHERE id = ANY(%s)

-- name: standing
SELECT n.notice_no, n.subject, l.name
FROM notice n LEFT JOIN line l ON l.id = n.line_id
WHERE n.kind = %s AND n.over_at IS NULL
