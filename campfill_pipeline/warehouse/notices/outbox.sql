-- The statements of outbox.py, by the function that runs them.

-- name: meet
-- Of what was put before a recipient is first seen, only what stands still is told.
WITH new AS (
    INSERT INTO notice_recipient (recipient, first_seen_at) VALUES (%(recipient)s, %(now)s)
    ON CONFLICT DO NOTHING RETURNING recipient
)
INSERT INTO notice_told (recipient, item_no)
SELECT new.recipient, o.item_no FROM new, notice_outbox o JOIN notice n USING (notice_no)
WHERE n.over_at IS NOT NULL
ON CONFLICT DO NOTHING

-- name: items
-- One of the three is asked for, the others are null or empty: what a recipient was not told yet, what came since, or
-- what stands still of these kinds (items of no number).
WITH asked AS (
    SELECT o.item_no, o.notice_no, o.is_over, o.at FROM notice_outbox o
    WHERE %(recipient)s::text IS NOT NULL
      AND NOT EXISTS (SELECT FROM notice_told t WHERE t.item_no = o.item_no AND t.recipient = %(recipient)s)
    UNION ALL SELECT o.item_no, o.notice_no, o.is_over, o.at FROM notice_outbox o WHERE o.at > %(since)s::timestamptz
    UNION ALL SELECT 0, notice_no, false, begun_at FROM notice WHERE over_at IS NULL AND kind = ANY (%(kinds)s::text[])
)
SELECT a.item_no, n.notice_no, n.kind, n.line_id, n.weight, a.is_over, a.at, n.begun_at, n.begun, n.over_at, n.over,
       k.name, COALESCE(q.act = 'mute' AND q.until >= %(today)s, false) AS muted
FROM asked a JOIN notice n USING (notice_no)
LEFT JOIN LATERAL (SELECT act, until FROM line_quiet WHERE line_id = n.line_id ORDER BY quiet_no DESC LIMIT 1) q ON true
LEFT JOIN LATERAL (
    SELECT k.name
    FROM (SELECT name FROM line_register WHERE id = n.line_id
          UNION ALL SELECT r.name FROM line_revision r JOIN line_register l USING (line_no) WHERE l.id = n.line_id
          UNION ALL SELECT file_name FROM upload
                    WHERE upload_id = CASE WHEN n.kind IN ('list_rejected', 'list_partly') THEN n.subject::uuid END
          UNION ALL SELECT site FROM site WHERE n.kind = 'incident') k
    WHERE starts_with(n.begun, k.name) ORDER BY length(k.name) DESC LIMIT 1) k ON true
ORDER BY a.item_no, n.weight DESC, n.notice_no

-- name: told
INSERT INTO notice_told (recipient, item_no, message_no)
SELECT %(recipient)s, item, %(message)s FROM unnest(%(items)s::bigint[]) AS item
ON CONFLICT DO NOTHING

-- name: put
INSERT INTO notice_message (recipient, key, made_at, title, body_text, body_html, workbook, next_try_at)
VALUES (%(recipient)s, %(key)s, %(now)s, %(title)s, %(body_text)s, %(body_html)s, %(workbook)s, %(now)s)
ON CONFLICT (key) DO NOTHING RETURNING message_no

-- name: waiting
SELECT message_no FROM notice_message
WHERE sent_at IS NULL AND next_try_at <= %(now)s AND recipient = ANY (%(recipients)s)
ORDER BY message_no

-- name: claim
SELECT message_no, recipient, mail_id, title, body_text, body_html, workbook, taken_by, attempts
FROM notice_message WHERE message_no = %(message)s AND sent_at IS NULL AND next_try_at <= %(now)s
FOR UPDATE SKIP LOCKED

-- name: tried
UPDATE notice_message
SET taken_by = %(taken)s, attempts = attempts + 1, fault = %(fault)s, next_try_at = %(next)s,
    sent_at = CASE WHEN %(fault)s::text IS NULL THEN %(now)s::timestamptz END
WHERE message_no = %(message)s

-- name: forget messages
DELETE FROM notice_message WHERE COALESCE(sent_at, made_at) < %(before)s

-- name: forget facts
DELETE FROM notice WHERE over_at < %(before)s

-- name: unsent
SELECT recipient, title, made_at, attempts, fault FROM notice_message WHERE sent_at IS NULL ORDER BY message_no
