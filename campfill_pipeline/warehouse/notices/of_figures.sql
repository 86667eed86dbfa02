-- The statements of of_figures.py, by the function that runs them.

-- name: first look
INSERT INTO notice_state (figures_seen_at) VALUES (%(now)s) ON CONFLICT DO NOTHING

-- name: lines begun
-- The lines of the list "needs attention" that are not noted yet; see readers/attention.sql.
SELECT CASE WHEN lifecycle <> 'live' THEN 'line_short'
            WHEN pace IS DISTINCT FROM 'behind' OR (elapsed_days <= %(new_days)s AND NOT reachable) THEN 'line_unlikely'
            ELSE 'line_behind' END AS kind_of_fact,
       f.line_id, l.name, f.purchase_type, lifecycle, f.end_date, band <> 'no_data' AS reported, elapsed_days,
       flight_days - elapsed_days AS days_left, fulfillment_pct, pacing_index, required_daily, best_week_daily,
       reachable, value_at_risk_eur, c.cause,
       CASE lifecycle WHEN 'live' THEN GREATEST(f.impression_goal - projected, 0) ELSE shortfall END AS missing
FROM fulfillment f JOIN line l USING (line_no) LEFT JOIN shortfall_cause c ON c.line_id = f.line_id
WHERE covered AND value_at_risk_eur IS NOT NULL
  AND CASE lifecycle
      WHEN 'live' THEN projected < f.impression_goal AND (pace = 'behind' OR NOT reachable)
          AND NOT EXISTS (SELECT FROM notice n WHERE n.line_id = f.line_id AND n.over_at IS NULL
                          AND n.kind = ANY (%(line_states)s))
      WHEN 'ended_provisional' THEN shortfall > 0 AND band NOT IN ('goal_met', 'near_goal')
      WHEN 'ended_final' THEN shortfall > 0 AND band NOT IN ('goal_met', 'near_goal')
      ELSE false END
  AND (lifecycle = 'live' OR f.end_date >= %(as_of)s::date - %(days)s::integer
       AND NOT EXISTS (SELECT FROM notice n WHERE n.line_id = f.line_id AND n.over_at IS NULL AND n.kind = 'line_short'))

-- name: lines over
-- A gap of the fetched days (not covered) says nothing: what stands, stands.
SELECT n.notice_no, n.kind, l.name, f.lifecycle, f.fulfillment_pct, f.pacing_index,
       f.lifecycle LIKE 'ended%%' AND f.shortfall > 0 AND f.band NOT IN ('goal_met', 'near_goal') AS gone_short
FROM notice n LEFT JOIN fulfillment f ON f.line_id = n.line_id LEFT JOIN line l ON l.line_no = f.line_no
WHERE n.over_at IS NULL AND n.kind IN ('line_behind', 'line_unlikely', 'line_short')
  AND (f.line_id IS NULL OR f.covered OR f.lifecycle IN ('cancelled', 'scheduled')) AND CASE
      WHEN f.line_id IS NULL OR f.lifecycle IN ('cancelled', 'scheduled') THEN true
      WHEN n.kind = 'line_short' THEN f.lifecycle = 'live' OR f.shortfall = 0 OR f.band IN ('goal_met', 'near_goal')
      WHEN f.lifecycle = 'live' THEN f.value_at_risk_eur IS NOT NULL
          AND (f.projected >= f.impression_goal
               OR f.pace <> 'behind' AND f.reachable IS NOT FALSE AND f.pacing_index >= %(back)s)
      ELSE true END

-- name: incidents
-- What goes on over midnight is one incident, though the view tells it day by day. Its site gives again once something
-- came after it: that a site is shut at night does not end its silence.
SELECT i.*, EXISTS (
           SELECT FROM site_day d
           WHERE d.site_no = i.site_no AND d.impressions > 0 AND d.day > ((i.until - interval '1 hour') AT TIME ZONE %(timezone)s)::date)
       OR EXISTS (
           SELECT FROM reference_site_day d CROSS JOIN LATERAL unnest(d.hours, d.impressions) AS u(hour, impressions)
           WHERE d.site_no = i.site_no AND d.day = (i.until AT TIME ZONE %(timezone)s)::date AND u.impressions > 0
             AND (d.day + make_interval(hours => u.hour)) AT TIME ZONE %(timezone)s >= i.until) AS gives_again
FROM (
SELECT site, min(from_hour) AS begun, max(until_hour) AS until, (array_agg(silence ORDER BY from_hour))[1] AS silence,
       max(lines) AS lines, sum(impressions_lost) AS lost, sum(eur_lost) AS eur, site_no
FROM (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY site ORDER BY from_hour) AS run
      FROM (SELECT *, from_hour IS DISTINCT FROM lag(until_hour) OVER (PARTITION BY site ORDER BY from_hour) AS begins
            FROM incident) i) runs
GROUP BY site, site_no, run) i
ORDER BY begun, site

-- name: incidents noted
SELECT subject FROM notice WHERE kind = 'incident'
