-- Where list and reporting disagree: always listed, never silently resolved. What concerns single lines is looked for among
-- `lines` (NULL for all), and no longer listed for those `removed` (ids); what concerns strangers and refusals, everywhere.
WITH asked AS (
    SELECT f.*, l.name, l.kind_listed, l.kind_reported, l.budget_eur, l.runtime
    FROM fulfillment f JOIN line l USING (line_no)
    WHERE %(lines)s::integer[] IS NULL OR f.line_no = ANY (%(lines)s::integer[])
),
fresh(kind_of_issue, line_id, report_id, detail) AS (
    -- no report row on the flight days that were fetched; where none was, nothing is known: a short history is no fault
    SELECT 'line_without_report', line_id, NULL::text,
           jsonb_build_object('runtime', runtime, 'flight_days_before', elapsed_days, 'days_fetched', days_fetched,
                              'covered', covered)
    FROM asked a
    WHERE days_fetched > 0 AND NOT EXISTS (SELECT FROM line_day d WHERE d.line_no = a.line_no)
UNION ALL
    SELECT 'kind_conflict', line_id, line_id::text, jsonb_build_object('listed', kind_listed, 'reported', kind_reported)
    FROM asked WHERE kind_reported <> kind_listed
UNION ALL
    SELECT 'name_differs', a.line_id, e.entity_id, jsonb_build_object('listed', a.name, 'reported', e.reported_name)
    FROM asked a JOIN report_entity e ON e.line_no = a.line_no
    WHERE btrim(regexp_replace(normalize(e.reported_name, NFC), '\s+', ' ', 'g')) NOT IN (
              a.name, btrim(regexp_replace(a.name, '^.*>', '')))  -- of a path, reporting tells the last part
      AND e.reported_name <> ''
UNION ALL
    SELECT 'purchase_type_changed', c.line_id, c.line_id::text,
           jsonb_build_object('day', c.day, 'before', c.before, 'after', c.after, 'restated_at', c.seen_at)
    FROM purchase_type_change c
    WHERE c.line_no IN (SELECT line_no FROM fulfillment)
      AND (%(lines)s::integer[] IS NULL OR c.line_no = ANY (%(lines)s::integer[]))
UNION ALL
    -- only lines all of whose flight days among the overview's days were fetched; today still grows
    SELECT 'overview_differs', a.line_id, o.entity_id,
           jsonb_build_object('overview', o.impressions::text, 'detail', s.impressions::text,
                              'difference', (o.impressions - s.impressions)::text, 'from', o.from_day, 'to', o.to_day)
    FROM asked a
    JOIN report_entity e ON e.line_no = a.line_no
    JOIN report_overview o ON o.entity_id = e.entity_id
    CROSS JOIN LATERAL (
        SELECT COALESCE(sum(d.impressions), 0) AS impressions
        FROM report_series s JOIN report_day d USING (series_no)
        WHERE source_name(s.source) IN (o.source, o.source || '_day')
          AND e.entity_no = CASE o.entity WHEN 'campaign' THEN s.campaign_no ELSE s.deal_no END
          AND (s.campaign_no = e.entity_no OR s.deal_no = e.entity_no)
          AND d.day BETWEEN o.from_day AND o.to_day) s
    WHERE a.covered AND LEAST(a.end_date, o.to_day) < %(as_of)s::date
      AND abs(o.impressions - s.impressions) > 0.01
UNION ALL
    -- days that several APIs tell of: the first in order counts, and the others are never added to it
    SELECT 'several_apis', line_id, NULL,
           jsonb_build_object('days', max(days), 'first_day', min(first_day), 'last_day', max(last_day),
                              'counted', array_agg(connector ORDER BY rank) FILTER (WHERE counted),
                              'impressions', jsonb_object_agg(connector, impressions))
    FROM (
        SELECT line_id, connector, min(rank) AS rank, bool_or(counted) AS counted, count(DISTINCT day) AS days,
               sum(impressions)::text AS impressions, min(day) AS first_day, max(day) AS last_day
        FROM (SELECT a.line_id, d.day, s.connector, d.counted, d.impressions, source_rank(d.source) AS rank,
                     min(s.connector) OVER w <> max(s.connector) OVER w AS several
              FROM asked a JOIN line_day d USING (line_no) JOIN delivery_source s ON s.code = d.source
              WHERE s.connector <> 'csv' AND (SELECT count(DISTINCT connector) FROM delivery_source) > 2
              WINDOW w AS (PARTITION BY a.line_id, d.day)) told
        WHERE several
        GROUP BY line_id, connector) by_api
    GROUP BY line_id
UNION ALL
    SELECT 'outside_flight', line_id, NULL,
           jsonb_build_object('impressions', delivered_outside_flight::text, 'runtime', runtime,
                              'first_day', first_day, 'last_day', last_day)
    FROM asked WHERE delivered_outside_flight > 0
UNION ALL
    SELECT 'budget_mismatch', line_id, NULL,
           jsonb_build_object('budget_eur', budget_eur::text,
                              'goal_times_cpm_eur', trim_scale(impression_goal * cpm_eur * 0.001)::text)
    FROM asked
    WHERE abs(budget_eur - impression_goal * cpm_eur * 0.001) > 0.02 * (impression_goal * cpm_eur * 0.001)
UNION ALL
    SELECT 'orphan', NULL, o.id,
           -- looks_like: the lines of this very name, a proposal and never taken by itself
           o.detail || CASE WHEN n.ids IS NULL THEN '{}' ELSE jsonb_build_object('looks_like', n.ids) END
    FROM (
        SELECT COALESCE(campaign_id, deal_id) AS id,
               max(CASE WHEN campaign_id IS NULL THEN deal_name ELSE campaign_name END) AS name,
               jsonb_build_object('reported_as', CASE WHEN campaign_id IS NULL THEN 'deal' ELSE 'campaign' END,
                                  'name', max(CASE WHEN campaign_id IS NULL THEN deal_name ELSE campaign_name END),
                                  'impressions', sum(impressions)::text, 'rows', sum(rows), 'first_day', min(day),
                                  'last_day', max(day), 'deal_ids', array_agg(DISTINCT deal_id)
                                  FILTER (WHERE campaign_id IS NOT NULL AND deal_id IS NOT NULL)) AS detail
        FROM (SELECT *, rank = min(rank) OVER (
                            PARTITION BY campaign_id, CASE WHEN campaign_id IS NULL THEN deal_id END, day) AS counted
              FROM orphan_delivery) d
        WHERE counted
        GROUP BY campaign_id, CASE WHEN campaign_id IS NULL THEN deal_id END, COALESCE(campaign_id, deal_id)) o
    LEFT JOIN (SELECT lower(name) AS name, array_agg(id ORDER BY id) AS ids FROM line GROUP BY 1) n
           ON n.name = lower(o.name)
UNION ALL
    SELECT 'ambiguous', f.line_id, a.deal_id,
           jsonb_build_object('counted_for', a.campaign_id, 'also_line', a.deal_id, 'impressions', sum(a.impressions)::text,
                              'rows', sum(a.rows), 'first_day', min(a.day), 'last_day', max(a.day))
    FROM (SELECT *, rank = min(rank) OVER (PARTITION BY campaign_id, deal_id, day) AS counted
          FROM ambiguous_delivery) a
    JOIN fulfillment f ON f.line_no = a.campaign_line_no
    WHERE a.counted AND (%(lines)s::integer[] IS NULL OR a.campaign_line_no = ANY (%(lines)s::integer[])
       OR a.deal_line_no = ANY (%(lines)s::integer[]))
    GROUP BY f.line_id, a.campaign_id, a.deal_id
UNION ALL
    SELECT 'refused_row', NULL, NULL,
           jsonb_build_object('source', f.source, 'day', f.day, 'upload_id', f.upload_id, 'reason', r.reason, 'rows', count(*),
                              'example', (array_agg(r.detail ORDER BY r.refusal_no))[1])
    FROM report_refusal r JOIN report_fetch f USING (fetch_no)
    GROUP BY f.fetch_no, f.source, f.day, f.upload_id, r.reason
),
old AS MATERIALIZED (
    SELECT * FROM reconciliation
    WHERE %(lines)s::integer[] IS NULL OR line_id IS NULL OR line_id = ANY (%(removed)s::uuid[])
       OR line_id = ANY (ARRAY(SELECT line_id FROM asked))
       OR (kind_of_issue = 'ambiguous' AND report_id = ANY (ARRAY(
              SELECT line_id::text FROM asked UNION ALL SELECT unnest(%(removed)s::uuid[])::text)))
),
gone AS (
    DELETE FROM reconciliation
    WHERE issue_no IN (
        SELECT issue_no FROM old r
        WHERE NOT EXISTS (
            SELECT FROM fresh f
            WHERE f.kind_of_issue = r.kind_of_issue AND f.line_id IS NOT DISTINCT FROM r.line_id
              AND f.report_id IS NOT DISTINCT FROM r.report_id AND f.detail = r.detail))
    RETURNING issue_no
),
listed AS (
    INSERT INTO reconciliation (kind_of_issue, line_id, report_id, detail)
    SELECT DISTINCT * FROM fresh f
    WHERE NOT EXISTS (
        SELECT FROM old r
        WHERE f.kind_of_issue = r.kind_of_issue AND f.line_id IS NOT DISTINCT FROM r.line_id
          AND f.report_id IS NOT DISTINCT FROM r.report_id AND f.detail = r.detail)
    ORDER BY 1, 2, 3
    RETURNING issue_no
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM listed)
