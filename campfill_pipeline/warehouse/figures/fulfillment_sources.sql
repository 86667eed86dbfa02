-- Where the figures' facts come from, by what is asked: today's contract and knowledge, or those of then.
-- "Then" is the end of the local day as_of, %(then)s. Other parameters: lines (NULL for all), as_of, timezone.

-- name: terms now
terms AS MATERIALIZED (
    SELECT line_no, id AS line_id, name, kind, purchase_type, start_date, end_date, impression_goal, cpm_eur, placement,
           cancelled, external_id,
           (first_seen_at AT TIME ZONE %(timezone)s)::date AS first_seen_day
    FROM line
    WHERE (%(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[]))
      AND (%(over)s::boolean IS NULL OR (end_date < %(as_of)s::date) = %(over)s::boolean)
)

-- name: terms then
listed AS MATERIALIZED (
    SELECT line_no, g.id AS line_id, r.name, COALESCE(g.kind_reported, r.kind_listed) AS kind, g.purchase_type,
           r.start_date, r.end_date, r.impression_goal, r.cpm_eur, r.placement, r.cancelled,
           (g.first_seen_at AT TIME ZONE %(timezone)s)::date AS first_seen_day, r.external_id
    FROM (
        SELECT DISTINCT ON (line_no) *
        FROM revision
        WHERE valid_from < %(then)s
        ORDER BY line_no, revision DESC
    ) r JOIN line_register g USING (line_no)
    WHERE r.action <> 'withdrawn'
),
listed_as AS MATERIALIZED (                 -- what reporting may name them by; a text of two lines is neither's
    SELECT min(line_no) AS line_no, id
    FROM (SELECT line_no, line_id::text AS id FROM listed
          UNION SELECT line_no, lower(external_id) FROM listed WHERE external_id IS NOT NULL) named
    GROUP BY id HAVING count(*) = 1
),
terms AS MATERIALIZED (
    SELECT * FROM listed WHERE %(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[])
)

-- name: attribution now
attribution AS (
    SELECT series_no, line_no, source FROM report_series WHERE line_no IS NOT NULL
)

-- name: attribution then
-- By the lines that were listed then: some have been withdrawn since, others were not known yet.
-- Which id means which line is no matter of time: what mapping files say today holds for then.
mapped AS MATERIALIZED (
    SELECT m.source_id, m.connector, l.line_no
    FROM id_map_in_force m JOIN listed l ON l.line_id = m.line_id
    WHERE NOT EXISTS (SELECT FROM listed o WHERE o.line_id::text = m.source_id)
),
attribution AS (
    SELECT s.series_no, s.source,
           COALESCE(cm.line_no, ca.line_no, of_campaign.line_no, dm.line_no, da.line_no, of_deal.line_no) AS line_no
    FROM report_series s
    JOIN delivery_source q ON q.code = s.source
    LEFT JOIN report_entity c ON c.entity_no = s.campaign_no
    LEFT JOIN listed_as of_campaign ON of_campaign.id = c.entity_id
    LEFT JOIN mapped cm ON cm.source_id = c.entity_id AND cm.connector = q.connector
    LEFT JOIN mapped ca ON ca.source_id = c.entity_id AND ca.connector = ''
    LEFT JOIN report_entity d ON d.entity_no = s.deal_no
    LEFT JOIN listed_as of_deal ON of_deal.id = d.entity_id
    LEFT JOIN mapped dm ON dm.source_id = d.entity_id AND dm.connector = q.connector
    LEFT JOIN mapped da ON da.source_id = d.entity_id AND da.connector = ''
)

-- name: known now
known AS (
    SELECT series_no, day, impressions, rows FROM report_day
)

-- name: known then
-- Today's sums by day, less what came later, and with what was changed later as it was before.
later AS (
    SELECT fetch_no, day FROM report_fetch WHERE stored_at >= %(then)s
),
changed AS (                                -- the first change after then has the row as it was then
    SELECT DISTINCT ON (series_no, hour_utc, site_no) series_no, hour_utc, site_no,
           CASE WHEN first_fetch_no NOT IN (SELECT fetch_no FROM later) THEN before END AS impressions
    FROM restatement
    WHERE seen_at >= %(then)s AND hour_utc < %(then)s
    ORDER BY series_no, hour_utc, site_no, seen_at, restatement_no
),
correction AS (
    SELECT h.series_no, h.hour_utc, h.site_no, -h.impressions AS impressions, -1 AS rows
    FROM report_hour h JOIN later USING (fetch_no)
    WHERE h.hour_utc < %(then)s
      AND h.hour_utc >= (SELECT min(COALESCE(day, '1970-01-01') - 1) FROM later)
    UNION ALL
    SELECT h.series_no, h.hour_utc, h.site_no, -h.impressions, -1
    FROM (SELECT min(COALESCE(day, '1970-01-01') - 1) AS since FROM later) l CROSS JOIN report_series s
    CROSS JOIN LATERAL packed_hours(s.series_no, l.since, %(then)s) h
    WHERE l.since IS NOT NULL AND h.fetch_no IN (SELECT fetch_no FROM later)
    UNION ALL
    SELECT series_no, hour_utc, site_no, impressions, 1 FROM changed WHERE impressions IS NOT NULL
    UNION ALL
    SELECT series_no, hour_utc, site_no, -h.impressions, -1
    FROM changed c JOIN report_hour h USING (series_no, hour_utc, site_no)
    WHERE h.fetch_no NOT IN (SELECT fetch_no FROM later)
    UNION ALL
    SELECT h.series_no, h.hour_utc, h.site_no, -h.impressions, -1
    FROM (SELECT series_no, min(hour_utc) AS first_hour, max(hour_utc) AS last_hour FROM changed GROUP BY series_no) c
    CROSS JOIN LATERAL packed_hours(c.series_no, c.first_hour, c.last_hour + interval '1 microsecond') h
    JOIN changed x ON (x.series_no, x.hour_utc, x.site_no) = (h.series_no, h.hour_utc, h.site_no)
    WHERE h.fetch_no NOT IN (SELECT fetch_no FROM later)
),
known AS (
    SELECT series_no, day, sum(impressions) AS impressions, sum(rows) AS rows
    FROM (SELECT series_no, day, impressions, rows FROM report_day WHERE day <= %(as_of)s::date
          UNION ALL
          SELECT series_no, (hour_utc AT TIME ZONE %(timezone)s)::date, impressions, rows FROM correction) parts
    GROUP BY series_no, day
    HAVING sum(rows) > 0
)

-- name: daily
-- One source counts for a line and day, by presence of a row: APIs in the order of the settings, before the CSV.
daily AS MATERIALIZED (
    SELECT line_no, day, source, impressions
    FROM (
        SELECT line_no, day, source, sum(impressions) AS impressions,
               source_rank(source) = min(source_rank(source)) OVER (PARTITION BY line_no, day) AS counted
        FROM known JOIN attribution USING (series_no)
        WHERE line_no IN (SELECT line_no FROM terms)
        GROUP BY line_no, day, source) sources
    WHERE counted
)

-- name: daily now
daily AS NOT MATERIALIZED (
    SELECT line_no, day, source, impressions FROM line_day WHERE counted
)

-- name: apis
-- The reporting APIs that are asked, or were. A line needs those that tell of it; one that nobody tells of yet, all that are
-- asked: only then no row means no delivery. A home with one API has nothing to tell apart.
api AS MATERIALIZED (
    SELECT connector, bool_or(place IS NOT NULL) AS asked
    FROM delivery_source s
    WHERE connector <> 'csv' AND (place IS NOT NULL OR EXISTS (SELECT FROM delivery_fetch f WHERE f.source = s.source))
    GROUP BY connector
)

-- name: told by now
told_by AS (
    SELECT s.line_no, a.connector, a.asked
    FROM report_series s JOIN delivery_source o ON o.code = s.source JOIN api a USING (connector)
    WHERE (SELECT count(*) FROM api) > 1 AND s.line_no IN (SELECT line_no FROM terms)
      AND EXISTS (SELECT FROM report_day d WHERE d.series_no = s.series_no)
)

-- name: told by
told_by AS (
    SELECT s.line_no, a.connector, a.asked
    FROM (SELECT DISTINCT series_no FROM known) k JOIN attribution s USING (series_no)
    JOIN delivery_source o ON o.code = s.source JOIN api a USING (connector)
    WHERE (SELECT count(*) FROM api) > 1 AND s.line_no IN (SELECT line_no FROM terms)
)

-- name: complete
speaker AS (
    SELECT line_no, COALESCE(
        b.connectors, (SELECT COALESCE(array_agg(connector ORDER BY connector) FILTER (WHERE asked),
                                       array_agg(connector ORDER BY connector)) FROM api)) AS connectors
    FROM terms LEFT JOIN (
        SELECT line_no, COALESCE(array_agg(DISTINCT connector) FILTER (WHERE asked), array_agg(DISTINCT connector)) AS connectors
        FROM told_by GROUP BY line_no) b USING (line_no)
),
complete AS (                               -- days that all of these have told completely
    SELECT g.connectors, f.day
    FROM (SELECT DISTINCT connectors FROM speaker) g JOIN fetched f ON f.connector = ANY (g.connectors)
    GROUP BY g.connectors, f.day HAVING count(*) = cardinality(g.connectors)
)

-- name: complete now
fetched AS (
    SELECT DISTINCT o.connector, f.day FROM delivery_fetch f JOIN delivery_source o USING (source)
    WHERE f.status = 'complete' AND o.connector <> 'csv'
),
exported AS (
    SELECT day FROM delivery_fetch WHERE status = 'complete' AND source IN ('csv', 'csv_day')
),
spoken_for AS (
    SELECT line_no, range_agg(tstzrange(from_hour, to_hour)) AS hours
    FROM (
        SELECT s.line_no, e.from_hour, e.to_hour FROM export_span e JOIN report_series s USING (series_no)
        WHERE s.line_no IN (SELECT line_no FROM terms)
        UNION ALL  -- an export that is whole speaks for every line
        SELECT t.line_no, e.from_hour, e.to_hour FROM export_span e CROSS JOIN terms t WHERE e.series_no = 0) told
    GROUP BY line_no
)

-- name: complete then
fetched AS (
    SELECT DISTINCT o.connector, f.day FROM delivery_fetch f JOIN delivery_source o USING (source)
    WHERE f.first_complete_at < %(then)s AND o.connector <> 'csv'
),
exported AS (
    SELECT day FROM delivery_fetch WHERE first_complete_at < %(then)s AND source IN ('csv', 'csv_day')
),
spoken_for AS (
    SELECT line_no, range_agg(tstzrange(from_hour, to_hour)) AS hours
    FROM (
        SELECT s.line_no, e.from_hour, e.to_hour, e.fetch_no
        FROM export_span e JOIN report_series s USING (series_no)
        WHERE s.line_no IN (SELECT line_no FROM terms)
        UNION ALL
        SELECT t.line_no, e.from_hour, e.to_hour, e.fetch_no
        FROM export_span e CROSS JOIN terms t WHERE e.series_no = 0) told
    JOIN report_fetch f USING (fetch_no)
    WHERE f.stored_at < %(then)s
    GROUP BY line_no
)
