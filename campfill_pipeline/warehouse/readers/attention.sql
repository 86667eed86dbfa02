-- The statements of attention.py, by the function that runs them.

-- name: attention
-- Live lines behind their pace or beyond their best week, and guaranteed ones that ended short a few days ago. Only
-- covered lines: a short history must never look like a shortfall. What nobody has taken comes first; what is agreed as a
-- make-good is not asked for again, unless that ends short itself. Where incidents make up half of a line's gap, the dearest
-- of them is what is behind it.
WITH struck AS MATERIALIZED (
    SELECT u.line_id, sum(u.lost) AS lost, (array_agg(i.site ORDER BY u.lost DESC, i.from_hour, i.site))[1] AS site,
           (array_agg(i.day ORDER BY u.lost DESC, i.from_hour, i.site))[1] AS day
    FROM incident i CROSS JOIN LATERAL unnest(i.line_ids, i.line_losses) AS u(line_id, lost)
    GROUP BY u.line_id
)
SELECT line_id, name, f.kind, f.purchase_type, lifecycle, f.end_date, band <> 'no_data' AS reported, elapsed_days,
       flight_days - elapsed_days AS days_left, fulfillment_pct, pacing_index, required_daily, best_week_daily,
       reachable, value_at_risk_eur, c.cause,
       CASE WHEN explains THEN s.site END AS incident_site, CASE WHEN explains THEN s.day END AS incident_day,
       w.missing, care.owner, care.note,
       CASE WHEN care.acknowledged_until >= as_of THEN care.acknowledged_until END AS acknowledged_until,
       COALESCE(care.agreed, 0) AS agreed
FROM fulfillment f JOIN line USING (line_no) LEFT JOIN shortfall_cause c USING (line_id)
LEFT JOIN struck s USING (line_id)
LEFT JOIN line_care care USING (line_id)
CROSS JOIN LATERAL (
    SELECT CASE lifecycle WHEN 'live' THEN GREATEST(f.impression_goal - projected, 0) ELSE shortfall END AS missing) w
CROSS JOIN LATERAL (
    SELECT gap > 0 AND 2 * s.lost >= gap AS explains
    FROM (SELECT CASE lifecycle WHEN 'live' THEN expected - delivered_before ELSE shortfall END AS gap) g) e
WHERE covered AND value_at_risk_eur IS NOT NULL
  AND CASE WHEN lifecycle = 'live' THEN projected < f.impression_goal AND (pace = 'behind' OR NOT reachable)
           ELSE f.purchase_type = 'guaranteed' AND shortfall > 0 AND f.end_date >= as_of - %(days)s::integer END
  AND COALESCE(care.agreed, 0) < w.missing
ORDER BY care.owner IS NOT NULL OR COALESCE(care.acknowledged_until >= as_of, false), array_position(ARRAY['guaranteed', 'unguaranteed'], f.purchase_type), value_at_risk_eur DESC,
         shortfall DESC, line_id
LIMIT %(limit)s

-- name: care
-- Who takes care of these lines.
SELECT line_id, owner, CASE WHEN acknowledged_until >= %(as_of)s::date THEN acknowledged_until END, note, 0 AS agreed
FROM line_care WHERE line_id = ANY (%(lines)s::uuid[])

-- name: make goods
SELECT line_id, name, f.kind, f.end_date, lifecycle = 'ended_final' AS final, shortfall AS impressions,
       value_at_risk_eur AS eur
FROM fulfillment f JOIN line USING (line_no)
WHERE covered AND f.purchase_type = 'guaranteed' AND lifecycle IN ('ended_provisional', 'ended_final') AND shortfall > 0
  AND (%(since)s::date IS NULL OR f.end_date >= %(since)s::date)
ORDER BY value_at_risk_eur DESC, shortfall DESC, line_id
