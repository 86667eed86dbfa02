-- Windows of ended, covered lines for every day from `first` to `last`, and the trend made from them.
-- Parameters: as_of (nothing after it is known), first, last, goal_met.

-- name: windows
-- A line is in a window for a run of days after its end; what it has delivered may still rise on some of them (hours
-- after the flight). So each line gives a few events: at this day these figures enter the window, at that day they
-- leave it. A running sum over the days then gives every window of every day in one pass. Where the windows of the day
-- before `first` stand (`onward`), the sum goes on from them: then only lines matter that enter, leave or rise on these days.
WITH ended AS (
    SELECT line_no, kind, purchase_type, end_date, impression_goal, delivered, delivered_outside_flight > 0 AS outside
    FROM fulfillment
    WHERE covered AND end_date < %(as_of)s::date AND end_date < %(last)s::date
      AND (end_date >= %(since)s::date
           OR (%(onward)s AND delivered_outside_flight > 0 AND last_day >= %(first)s::date))
),
late AS (
    SELECT e.line_no, d.day, d.impressions
    FROM ended e JOIN line_day d ON d.line_no = e.line_no AND d.counted
    WHERE e.outside AND d.day > e.end_date AND d.day <= %(as_of)s::date AND d.impressions > 0
),
level AS (                                  -- what had been delivered by the end of each day, where it changes after the flight
    SELECT line_no, e.delivered - COALESCE(l.impressions, 0) AS delivered, e.end_date AS day
    FROM ended e LEFT JOIN (SELECT line_no, sum(impressions) AS impressions FROM late GROUP BY line_no) l USING (line_no)
    WHERE e.outside
    UNION ALL
    SELECT line_no, e.delivered - COALESCE(
               sum(l.impressions) OVER (PARTITION BY line_no ORDER BY l.day DESC
                                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0), l.day
    FROM late l JOIN ended e USING (line_no)
),
span AS (                                   -- `until` is exclusive; nearly all lines have but one
    SELECT kind, purchase_type, end_date, impression_goal, delivered, end_date + 1 AS since, NULL::date AS until
    FROM ended WHERE NOT outside
    UNION ALL
    SELECT e.kind, e.purchase_type, e.end_date, e.impression_goal, l.delivered, GREATEST(l.day, e.end_date + 1),
           lead(l.day) OVER (PARTITION BY line_no ORDER BY l.day)
    FROM level l JOIN ended e USING (line_no)
),
event AS (
    SELECT m.period, s.kind, s.purchase_type, step.day, step.sign,
           s.impression_goal AS goal, s.delivered, LEAST(s.delivered, s.impression_goal) AS capped,
           (s.delivered * 100 >= s.impression_goal * %(goal_met)s::numeric)::integer AS fulfilled
    FROM span s CROSS JOIN LATERAL (VALUES
        ('7d', s.end_date + 8), ('30d', s.end_date + 31),
        ('this_year', (date_trunc('year', s.end_date) + interval '1 year')::date)) AS m(period, until)
    CROSS JOIN LATERAL (VALUES
        (s.since, 1), (LEAST(s.until, m.until), -1)) AS step(day, sign)
    WHERE s.since < LEAST(s.until, m.until) AND step.day <= %(last)s::date
      AND (NOT %(onward)s OR step.day >= %(first)s::date)
),
change AS (
    SELECT GREATEST(day, %(first)s::date) AS day, period, kind, purchase_type, sum(lines) AS lines,
           sum(fulfilled) AS fulfilled, sum(goal) AS goal, sum(delivered) AS delivered, sum(capped) AS capped
    FROM (
        SELECT day, period, COALESCE(kind, 'all') AS kind, COALESCE(purchase_type, 'all') AS purchase_type,
               sum(sign) AS lines, sum(sign * fulfilled) AS fulfilled, sum(sign * goal) AS goal,
               sum(sign * delivered) AS delivered, sum(sign * capped) AS capped
        FROM event
        GROUP BY day, period, GROUPING SETS ((kind, purchase_type), ())
        UNION ALL
        SELECT as_of, period, kind, purchase_type, lines, fulfilled, goal, delivered, delivered_capped
        FROM fulfillment_window
        WHERE %(onward)s AND as_of = %(first)s::date - 1) AS parts
    GROUP BY 1, 2, 3, 4
),
grid AS (
    SELECT day::date, period, kind, purchase_type
    FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day
    CROSS JOIN (
        SELECT period, kind, purchase_type FROM change
        UNION SELECT period, 'all', 'all' FROM (VALUES ('7d'), ('30d'), ('this_year')) AS p(period)) AS groups
),
total AS (
    SELECT day, period, kind, purchase_type,
           COALESCE(sum(c.lines) OVER running, 0) AS lines, COALESCE(sum(c.fulfilled) OVER running, 0) AS fulfilled,
           COALESCE(sum(c.goal) OVER running, 0) AS goal, COALESCE(sum(c.delivered) OVER running, 0) AS delivered,
           COALESCE(sum(c.capped) OVER running, 0) AS capped
    FROM grid LEFT JOIN change c USING (day, period, kind, purchase_type)
    WINDOW running AS (PARTITION BY period, kind, purchase_type ORDER BY day)
),
fresh AS (
    SELECT day AS as_of, period, kind, purchase_type, lines, fulfilled,
           CASE WHEN lines > 0 THEN trim_scale(fulfilled::numeric(60, 20) * 100 / lines) END AS fulfilled_pct,
           CASE WHEN lines > 0 THEN trim_scale(delivered::numeric(60, 20) * 100 / goal) END AS delivered_pct,
           CASE WHEN lines > 0 THEN trim_scale(capped::numeric(60, 20) * 100 / goal) END AS capped_pct,
           goal, trim_scale(delivered) AS delivered, trim_scale(capped) AS delivered_capped
    FROM total
    WHERE lines > 0 OR kind = 'all'
),
gone AS (
    DELETE FROM fulfillment_window w
    WHERE as_of BETWEEN %(first)s::date AND %(last)s::date
      AND NOT EXISTS (SELECT FROM fresh WHERE (fresh.as_of, fresh.period, fresh.kind, fresh.purchase_type)
                                            = (w.as_of, w.period, w.kind, w.purchase_type))
)
INSERT INTO fulfillment_window AS w (as_of, period, kind, purchase_type, lines, fulfilled, fulfilled_pct,
                                     delivered_pct, capped_pct, goal, delivered, delivered_capped)
SELECT * FROM fresh
ON CONFLICT (as_of, period, kind, purchase_type) DO UPDATE
SET lines = excluded.lines, fulfilled = excluded.fulfilled, fulfilled_pct = excluded.fulfilled_pct,
    delivered_pct = excluded.delivered_pct, capped_pct = excluded.capped_pct, goal = excluded.goal,
    delivered = excluded.delivered, delivered_capped = excluded.delivered_capped
WHERE (w.lines, w.fulfilled, w.goal, w.delivered, w.delivered_capped)
      IS DISTINCT FROM (excluded.lines, excluded.fulfilled, excluded.goal, excluded.delivered, excluded.delivered_capped)

-- name: trend
-- The 7d fulfilled share of each day against the one seven days before; NULL where one of the two has no lines.
WITH seven AS (
    SELECT as_of AS day, kind, purchase_type, lines, fulfilled_pct
    FROM fulfillment_window
    WHERE period = '7d' AND as_of BETWEEN %(first)s::date - 7 AND %(last)s::date
),
pair AS (
    SELECT COALESCE(t.day, b.day + 7) AS day, COALESCE(t.kind, b.kind) AS kind,
           COALESCE(t.purchase_type, b.purchase_type) AS purchase_type,
           t.fulfilled_pct, t.fulfilled_pct - b.fulfilled_pct AS change
    FROM seven t
    FULL JOIN seven b ON b.day = t.day - 7 AND b.kind = t.kind AND b.purchase_type = t.purchase_type
),
fresh AS (
    SELECT day, kind, purchase_type, fulfilled_pct, trim_scale(change) AS change,
           CASE WHEN change > 1 THEN 'improving' WHEN change < -1 THEN 'declining'
                WHEN change IS NOT NULL THEN 'stable' END AS trend
    FROM pair
    WHERE day BETWEEN %(first)s::date AND %(last)s::date
),
gone AS (
    DELETE FROM fulfillment_trend w
    WHERE day BETWEEN %(first)s::date AND %(last)s::date
      AND NOT EXISTS (SELECT FROM fresh WHERE (fresh.day, fresh.kind, fresh.purchase_type)
                                            = (w.day, w.kind, w.purchase_type))
)
INSERT INTO fulfillment_trend AS w (day, kind, purchase_type, fulfilled_pct, change, trend)
SELECT * FROM fresh
ON CONFLICT (day, kind, purchase_type) DO UPDATE
SET fulfilled_pct = excluded.fulfilled_pct, change = excluded.change, trend = excluded.trend
WHERE (w.fulfilled_pct, w.change) IS DISTINCT FROM (excluded.fulfilled_pct, excluded.change)
