-- The statements of facts.py, by the function that runs them.

-- name: begin
WITH begun AS (
    INSERT INTO notice (kind, subject, thread, line_id, weight, begun, begun_at)
    SELECT f.*, %(now)s
    FROM unnest(%(kind)s::text[], %(subject)s::text[], %(thread)s::text[], %(line)s::uuid[], %(weight)s::numeric[],
                %(begun)s::text[]) AS f (kind, subject, thread, line_id, weight, begun)
    ON CONFLICT (kind, subject) WHERE over_at IS NULL DO NOTHING
    RETURNING notice_no
), put AS (
    INSERT INTO notice_outbox (notice_no, is_over, at) SELECT notice_no, false, %(now)s FROM begun WHERE %(told)s
)
SELECT count(*) FROM begun

-- name: end
WITH ended AS (
    UPDATE notice n SET over_at = %(now)s, over = COALESCE(e.over, 'It is past.')
    FROM unnest(%(number)s::bigint[], %(over)s::text[]) AS e (notice_no, over)
    WHERE n.notice_no = e.notice_no AND n.over_at IS NULL
    RETURNING n.notice_no, e.over IS NOT NULL AS told
)
-- Whoever was never told that it began is not told that it is over.
INSERT INTO notice_outbox (notice_no, is_over, at)
SELECT notice_no, true, %(now)s FROM ended
WHERE told AND EXISTS (SELECT FROM notice_outbox o WHERE o.notice_no = ended.notice_no)

-- name: standing
SELECT notice_no, kind, subject FROM notice WHERE over_at IS NULL AND kind = ANY (%(kinds)s)

-- name: standing of thread
SELECT notice_no FROM notice WHERE over_at IS NULL AND kind = ANY (%(kinds)s) AND thread = %(thread)s
