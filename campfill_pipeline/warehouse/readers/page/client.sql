-- The statements of client.py, by the function that runs them.

-- name: names
SELECT DISTINCT name FROM (
    SELECT agency AS name FROM line WHERE agency IS NOT NULL
    UNION ALL SELECT buyer FROM line WHERE buyer <> 'Not set') known
ORDER BY name

-- name: advertisers
SELECT DISTINCT advertiser FROM line WHERE advertiser IS NOT NULL ORDER BY 1

-- name: of buyers
SELECT line_no FROM line WHERE agency = ANY (%(names)s) OR (buyer <> 'Not set' AND buyer = ANY (%(names)s))

-- name: of advertisers
SELECT line_no FROM line WHERE advertiser = ANY (%(names)s)

-- name: lines
SELECT {columns}
FROM fulfillment f
JOIN line_register l ON l.line_no = f.line_no AND l.withdrawn_at IS NULL
LEFT JOIN shortfall_cause c ON c.line_id = f.line_id
WHERE f.line_no = ANY (%(lines)s)
ORDER BY f.end_date, l.name, f.line_id

-- name: contracts
-- Only what was contracted: a name or buyer of before may be somebody else's.
SELECT g.id, r.revision, r.valid_from, r.runtime, r.impression_goal, r.cpm_eur, u.sha256, r.sheet, r.row_no
FROM revision r JOIN line_register g USING (line_no) LEFT JOIN upload u ON u.upload_id = r.upload_id
WHERE r.line_no = ANY (%(lines)s) AND r.action <> 'withdrawn' AND r.valid_from < %(until)s
ORDER BY g.id, r.revision

-- name: by site and day
SELECT r.id, d.day, x.site, sum(d.impressions)
FROM line_day l
JOIN report_series s ON s.line_no = l.line_no AND s.source = l.source
JOIN site_day d ON d.series_no = s.series_no AND d.day = l.day
JOIN site x USING (site_no)
JOIN line_register r ON r.line_no = l.line_no
WHERE l.counted AND l.line_no = ANY (%(lines)s) AND l.day <= %(as_of)s
GROUP BY r.id, d.day, x.site
ORDER BY r.id, d.day, x.site

-- name: known
SELECT DISTINCT d.day, source_name(d.source), f.first_complete_at, f.fetched_at
FROM line_day d LEFT JOIN delivery_fetch f ON f.source = source_name(d.source) AND f.day = d.day
WHERE d.counted AND d.line_no = ANY (%(lines)s) AND d.day <= %(as_of)s
ORDER BY 1, 2

-- name: corrections
SELECT r.line_id, (r.hour_utc AT TIME ZONE %(timezone)s)::date AS day, sum(COALESCE(r.before, 0)),
       sum(COALESCE(r.after, 0)), r.seen_at
FROM delivery_restatement r
JOIN line_register l ON l.id = r.line_id
JOIN line_day d ON d.line_no = l.line_no AND d.day = (r.hour_utc AT TIME ZONE %(timezone)s)::date AND d.counted
               AND source_name(d.source) = r.source
WHERE l.line_no = ANY (%(lines)s) AND (r.hour_utc AT TIME ZONE %(timezone)s)::date <= %(as_of)s
GROUP BY r.line_id, 2, r.seen_at
HAVING sum(COALESCE(r.before, 0)) <> sum(COALESCE(r.after, 0))
ORDER BY 1, 2, r.seen_at

-- name: files
-- Exports have no sites, so that their rows are few.
SELECT DISTINCT u.sha256, u.received_at
FROM report_series s
JOIN line_day d ON d.line_no = s.line_no AND d.source = s.source AND d.counted AND d.day <= %(as_of)s
CROSS JOIN LATERAL (
    SELECT h.fetch_no FROM report_hour h
    WHERE h.series_no = s.series_no AND h.hour_utc BETWEEN d.first_hour AND d.last_hour
    UNION
    SELECT h.fetch_no FROM packed_hours(s.series_no, d.first_hour, d.last_hour + interval '1 microsecond') h) h
JOIN report_fetch f USING (fetch_no)
JOIN upload u ON u.upload_id = f.upload_id
WHERE s.source IN ('c', 'd') AND s.line_no = ANY (%(lines)s)
ORDER BY u.received_at
