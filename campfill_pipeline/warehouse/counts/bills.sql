-- The statements of bills.py, by the function that runs them.

-- name: buyers
SELECT DISTINCT name FROM (
    SELECT agency AS name FROM line_register WHERE agency IS NOT NULL UNION ALL SELECT buyer FROM line_register) known
ORDER BY name

-- name: counters
SELECT DISTINCT ON (lower(counted_by)) counted_by FROM second_count JOIN upload USING (upload_id)
ORDER BY lower(counted_by), seq DESC

-- name: say
INSERT INTO count_billing (buyer, billed_by, said_by, at) VALUES (%(buyer)s, %(billed_by)s, %(said_by)s, %(now)s)

-- name: said
SELECT DISTINCT ON (lower(buyer)) buyer, billed_by, said_by, at FROM count_billing ORDER BY lower(buyer), billing_no DESC

-- name: lines of the month
SELECT l.id AS line_id, l.name, l.buyer, l.impression_goal, l.cpm_eur, COALESCE(b.billed_by, 'ours') AS billed_by,
       COALESCE(d.ours, 0) AS ours, COALESCE(d.before, 0) AS ours_before
FROM line_register l
LEFT JOIN fulfillment f ON f.line_id = l.id
LEFT JOIN LATERAL (
    SELECT c.billed_by FROM count_billing c
    WHERE lower(c.buyer) IN (lower(l.buyer), lower(l.agency))
    ORDER BY lower(c.buyer) = lower(l.buyer) DESC, c.billing_no DESC LIMIT 1) b ON true
CROSS JOIN LATERAL (
    SELECT sum(impressions) FILTER (WHERE day >= %(first)s) AS ours, sum(impressions) FILTER (WHERE day < %(first)s) AS before
    FROM line_day WHERE line_no = l.line_no AND counted AND day <= %(last)s AND day < %(today)s) d
WHERE l.withdrawn_at IS NULL
  AND (d.ours > 0 OR l.id = ANY (%(counted)s)
       OR (COALESCE(l.start_date, f.effective_start, l.first_seen_at::date) <= %(last)s AND l.end_date >= %(first)s))
ORDER BY l.id

-- name: counted before
SELECT a.line_id, COALESCE(t.theirs, 0) + COALESCE(o.ours, 0)
FROM unnest(%(lines)s::uuid[], %(counters)s::text[]) AS a (line_id, counter)
JOIN line_register l ON l.id = a.line_id
CROSS JOIN LATERAL (
    SELECT sum(c.impressions) AS theirs FROM second_count_in_force c
    WHERE c.line_id = a.line_id AND c.counter = a.counter AND c.last_day < %(first)s) t
CROSS JOIN LATERAL (
    SELECT sum(d.impressions) AS ours FROM line_day d
    WHERE d.line_no = l.line_no AND d.counted AND d.day < %(first)s AND NOT EXISTS (
        SELECT FROM second_count_in_force c
        WHERE c.line_id = a.line_id AND c.counter = a.counter AND c.last_day < %(first)s
          AND d.day >= date_trunc('month', c.first_day) AND d.day < date_trunc('month', c.last_day) + interval '1 month')) o

-- name: freeze
INSERT INTO frozen_month (month, number, frozen_at, as_of, provisional, said_by, lines, amount_eur, sha256)
SELECT %(month)s::date, COALESCE(max(number), 0) + 1, %(now)s, %(as_of)s, %(provisional)s, %(said_by)s, %(lines)s, %(amount)s,
       %(sha256)s
FROM frozen_month WHERE month = %(month)s::date
RETURNING freeze_no

-- name: freeze line
INSERT INTO frozen_line (freeze_no, line_id, name, buyer, impression_goal, cpm_eur, ours, theirs, counted_by, uploads, billed_by,
                         billed_impressions, amount_eur)
VALUES (%(freeze_no)s, %(line_id)s, %(name)s, %(buyer)s, %(impression_goal)s, %(cpm_eur)s, %(ours)s, %(theirs)s, %(counted_by)s,
        %(uploads)s, %(billed_by)s, %(billed_impressions)s, %(amount_eur)s)

-- name: days not told
-- Flight days of the month that no source told completely, and no export speaks for: of how many days, for how many lines.
WITH day AS (
    SELECT d::date AS day, d::date::timestamp AT TIME ZONE %(zone)s AS first, (d::date + 1)::timestamp AT TIME ZONE %(zone)s AS next
    FROM generate_series(%(first)s::date, LEAST(%(last)s::date, %(today)s::date - 1), interval '1 day') d
    WHERE NOT EXISTS (SELECT FROM delivery_fetch f WHERE f.day = d::date AND f.status = 'complete')
), missing AS (
    SELECT d.day, l.id
    FROM day d JOIN line_register l ON l.id = ANY (%(lines)s) AND NOT l.cancelled
    LEFT JOIN fulfillment f ON f.line_id = l.id
    WHERE d.day BETWEEN COALESCE(l.start_date, f.effective_start, l.first_seen_at::date) AND l.end_date
      AND NOT EXISTS (
        SELECT FROM export_span e LEFT JOIN report_series s USING (series_no)
        WHERE (e.series_no = 0 OR s.line_no = l.line_no) AND e.from_hour <= d.first AND e.to_hour >= d.next)
)
SELECT count(DISTINCT day), count(DISTINCT id) FROM missing

-- name: waiting
-- Lines that another count bills, and that are billed by ours for want of it.
SELECT l.id, b.billed_by
FROM line_register l
CROSS JOIN LATERAL (
    SELECT c.billed_by FROM count_billing c
    WHERE lower(c.buyer) IN (lower(l.buyer), lower(l.agency))
    ORDER BY lower(c.buyer) = lower(l.buyer) DESC, c.billing_no DESC LIMIT 1) b
WHERE l.id = ANY (%(lines)s) AND b.billed_by <> 'ours'

-- name: frozen
SELECT freeze_no, month, number, frozen_at, as_of, provisional, said_by, lines, amount_eur, sha256
FROM frozen_month WHERE %(month)s::date IS NULL OR month = %(month)s::date
ORDER BY month DESC, number DESC

-- name: frozen lines
SELECT line_id, name, buyer, impression_goal, cpm_eur, ours, theirs, counted_by, uploads, billed_by, billed_impressions, amount_eur
FROM frozen_line WHERE freeze_no = %s ORDER BY line_id

-- name: restated
SELECT l.id, sum(COALESCE(c.after, 0) - COALESCE(c.before, 0))
FROM line_register l
JOIN report_series r ON r.line_no = l.line_no
JOIN restatement c ON c.series_no = r.series_no AND c.seen_at > %(since)s
CROSS JOIN LATERAL (SELECT (c.hour_utc AT TIME ZONE %(zone)s)::date AS day) o
WHERE l.id = ANY (%(lines)s) AND o.day BETWEEN %(first)s AND %(last)s
  AND NOT EXISTS (SELECT FROM line_day d WHERE d.line_no = l.line_no AND d.day = o.day AND d.counted AND d.source <> r.source)
GROUP BY l.id
HAVING sum(COALESCE(c.after, 0) - COALESCE(c.before, 0)) <> 0
