-- Where the figures' facts come from, by what is asked: today's contract and knowledge, or those of then.
-- "Then" is the end of the local day as_of. Parameters: lines (NULL for all), as_of, timezone.

-- name: terms now
terms AS MATERIALIZED (
    SELECT line_no, id AS line_id, name, kind, purchase_type, start_date, end_date, impression_goal, cpm_eur,
           (first_seen_at AT TIME ZONE %(timezone)s)::date AS first_seen_day
    FROM line
    WHERE %(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[])
)

-- name: terms then
terms AS MATERIALIZED (
    SELECT line_no, g.id AS line_id, r.name, COALESCE(g.kind_reported, r.kind_listed) AS kind, g.purchase_type,
           r.start_date, r.end_date, r.impression_goal, r.cpm_eur,
           (g.first_seen_at AT TIME ZONE %(timezone)s)::date AS first_seen_day
    FROM (
        SELECT DISTINCT ON (line_no) *
        FROM revision
        WHERE valid_from < (%(as_of)s::date + 1)::timestamp AT TIME ZONE %(timezone)s
          AND (%(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[]))
        ORDER BY line_no, revision DESC
    ) r JOIN line_register g USING (line_no)
    WHERE r.action <> 'withdrawn'
)

-- name: daily now
daily AS NOT MATERIALIZED (
    SELECT line_no, day, impressions FROM line_day WHERE counted
)

-- name: complete now
complete AS (
    SELECT DISTINCT day FROM delivery_fetch WHERE status = 'complete'
)
