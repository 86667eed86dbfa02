-- The statements of cause_summary.py, by the function that runs them.

-- name: sides
-- All covered lines below their target: the goal of ended lines, what was due so far of live ones. The same target as
-- that of the verdicts, so that sides and rest add up to the whole.
SELECT COALESCE(c.side, 'none') AS side, COALESCE(c.cause, 'none') AS cause, count(*) AS lines,
       sum(t.missing) AS impressions, sum(t.missing * cpm_eur * 0.001) AS eur
FROM fulfillment f
CROSS JOIN LATERAL (
    SELECT CASE lifecycle WHEN 'live' THEN expected - delivered_before
                          ELSE impression_goal - delivered END AS missing) t
LEFT JOIN shortfall_cause c USING (line_id)
WHERE covered AND lifecycle <> 'scheduled' AND t.missing > 0
  AND (%(ended_since)s::date IS NULL
       OR lifecycle IN ('ended_provisional', 'ended_final') AND end_date >= %(ended_since)s::date)
GROUP BY 1, 2
ORDER BY sum(t.missing * cpm_eur) DESC, 1, 2
