-- The figures of fulfillment, all of them, once. Every formula is that of docs/fulfillment.md.
--
-- Put behind the common table expressions that say where the facts come from (fulfillment_sources.sql):
--   terms(line_no, line_id, name, kind, purchase_type, start_date, end_date, impression_goal, cpm_eur, placement,
--         first_seen_day)
--   daily(line_no, day, source, impressions)   one row per line and local day on which a report row exists
--   fetched(connector, day)               local days that a reporting API told completely
--   speaker(line_no, connectors)          the APIs that must have told a day before no row of the line means no delivery
--   complete(connectors, day)             local days that all of these told completely
--   exported(day)                         local days that exports reach over, each for the lines in it
--   spoken_for(line_no, hours)            the hours for which exports speak of a line
-- Parameters: as_of, timezone, behind, ahead, chance, least_due, final_after, goal_met, near_goal, moderate.
--
-- Exactness: every quotient is one division, made last, of a numerator with 20 decimals: PostgreSQL keeps at least as
-- many decimals in the quotient as its operands have. Ratios are judged by cross-multiplication, never on a quotient.
first_delivery AS (
    SELECT d.line_no, min(d.day) AS day
    FROM daily d JOIN terms t USING (line_no)
    WHERE t.start_date IS NULL AND d.impressions > 0
    GROUP BY d.line_no
),
flight AS (
    SELECT t.*, LEAST(COALESCE(t.start_date, f.day, t.first_seen_day), t.end_date) AS effective_start
    FROM terms t LEFT JOIN first_delivery f USING (line_no)
),
clock AS (
    SELECT f.*, end_date - effective_start + 1 AS flight_days,
           GREATEST(0, LEAST(%(as_of)s::date, end_date + 1) - effective_start) AS elapsed_days
    FROM flight f
),
delivery AS (
    SELECT c.line_no,
           sum(d.impressions) AS delivered,
           sum(d.impressions) FILTER (WHERE d.day < %(as_of)s::date) AS delivered_before,
           sum(d.impressions) FILTER (WHERE d.day NOT BETWEEN c.effective_start AND c.end_date) AS outside,
           sum(d.impressions) FILTER (
               WHERE d.day >= c.effective_start AND d.day < c.effective_start + c.elapsed_days
                 AND d.day >= c.effective_start + c.elapsed_days - 7) AS last_week,
           sum(d.impressions) FILTER (
               WHERE d.day >= c.effective_start AND d.day < c.effective_start + c.elapsed_days) AS in_flight,
           min(d.day) FILTER (WHERE d.impressions > 0) AS first_day,
           max(d.day) FILTER (WHERE d.impressions > 0) AS last_day
    FROM clock c JOIN daily d USING (line_no)
    WHERE d.day <= %(as_of)s::date
    GROUP BY c.line_no
),
-- Due weights of live lines, by kind of day (1 Monday … 7 Sunday, public holidays 7); 1 for each where none are given.
weighed AS (
    SELECT * FROM unnest(
        %(weighed)s::integer[], %(basis)s::text[], %(monday)s::numeric[], %(tuesday)s::numeric[], %(wednesday)s::numeric[],
        %(thursday)s::numeric[], %(friday)s::numeric[], %(saturday)s::numeric[], %(sunday)s::numeric[], %(told)s::boolean[])
        AS v(line_no, basis, w1, w2, w3, w4, w5, w6, w7, told)
),
-- The last day of which the public holidays are known (domain/weekdays.YEARS_AHEAD), and the weekday that follows it.
horizon AS (
    SELECT last, extract(isodow FROM last + 1)::integer AS next
    FROM (SELECT (date_trunc('year', %(as_of)s::date) + interval '31 years' - interval '1 day')::date AS last) y
),
due_day AS (
    SELECT c.line_no, c.elapsed_days, day::date AS day, day < %(as_of)s::date AS elapsed, COALESCE(told, true) AS told,
           COALESCE(CASE CASE WHEN day::date = ANY (%(holidays)s::date[]) THEN 7 ELSE extract(isodow FROM day)::integer END
               WHEN 1 THEN w1 WHEN 2 THEN w2 WHEN 3 THEN w3 WHEN 4 THEN w4 WHEN 5 THEN w5 WHEN 6 THEN w6 ELSE w7 END, 1) AS w
    FROM clock c LEFT JOIN weighed USING (line_no)
    CROSS JOIN horizon h
    CROSS JOIN LATERAL generate_series(
        c.effective_start::timestamp, LEAST(c.end_date, h.last)::timestamp, interval '1 day') AS day
    WHERE %(as_of)s::date BETWEEN c.effective_start AND c.end_date
),
-- Behind the horizon only weekdays count: 31.12.9999, an open end, is counted and not gone through day by day.
far AS (
    SELECT c.line_no, sum((c.end_date - h.last - (k.kind - h.next + 7) %% 7 + 6) / 7 * COALESCE(k.w, 1)) AS w
    FROM clock c LEFT JOIN weighed USING (line_no) CROSS JOIN horizon h
    CROSS JOIN LATERAL (VALUES (1, w1), (2, w2), (3, w3), (4, w4), (5, w5), (6, w6), (7, w7)) AS k (kind, w)
    WHERE %(as_of)s::date BETWEEN c.effective_start AND c.end_date AND c.end_date > h.last
    GROUP BY c.line_no
),
due AS (
    SELECT line_no, near.w + COALESCE(far.w, 0) AS flight, elapsed, last_week, days, judged
    FROM (SELECT line_no, sum(w) AS w,
                 COALESCE(sum(w) FILTER (WHERE elapsed), 0) AS elapsed,
                 COALESCE(sum(w) FILTER (WHERE elapsed AND day >= %(as_of)s::date - 7), 0) AS last_week,
                 count(*) FILTER (WHERE elapsed AND w > 0) AS days,
                 -- while less is due, a gap of any size may be chance (docs/decisions/0116)
                 bool_and(told) AND sum(w) FILTER (WHERE elapsed) >= %(least_due)s::numeric AS judged
          FROM due_day GROUP BY line_no) near
    LEFT JOIN far USING (line_no)
),
-- All runs of seven consecutive flight days before as_of (the one of all of them where there are fewer) of live lines.
run AS (
    SELECT line_no, elapsed_days, impressions, w
    FROM (SELECT d.line_no, d.elapsed_days, sum(COALESCE(y.impressions, 0)) OVER seven AS impressions, sum(d.w) OVER seven AS w,
                 row_number() OVER (PARTITION BY d.line_no ORDER BY d.day) AS place
          FROM due_day d LEFT JOIN daily y ON (y.line_no, y.day) = (d.line_no, d.day)
          WHERE d.elapsed
          WINDOW seven AS (PARTITION BY d.line_no ORDER BY d.day ROWS 6 PRECEDING)) runs
    WHERE place >= LEAST(7, elapsed_days)
),
best_week AS (
    SELECT line_no, max(impressions)::numeric(60, 20) / LEAST(7, elapsed_days) AS daily
    FROM run GROUP BY line_no, elapsed_days
),
-- Counting fetched days: how many of the sorted days lie up to the flight's last one, less those before its first.
-- Joined day by day instead, the planner takes the days of years for one row.
coverage AS (
    SELECT c.line_no, width_bucket(c.effective_start + c.elapsed_days - 1, k.days)
                      - width_bucket(c.effective_start - 1, k.days) AS days_fetched
    FROM clock c JOIN speaker p USING (line_no)
    JOIN (SELECT connectors, array_agg(day ORDER BY day) AS days FROM complete GROUP BY connectors) k USING (connectors)
    WHERE c.elapsed_days > 0
),
told_days AS (                              -- days that one of several told: where its row counts, the others need not speak
    SELECT c.line_no, d.day
    FROM clock c JOIN speaker p USING (line_no) JOIN daily d USING (line_no)
    JOIN delivery_source s ON s.code = d.source
    JOIN fetched f ON (f.connector, f.day) = (s.connector, d.day)
    WHERE cardinality(p.connectors) > 1 AND d.day >= c.effective_start AND d.day < c.effective_start + c.elapsed_days
      AND NOT EXISTS (SELECT FROM complete x WHERE (x.connectors, x.day) = (p.connectors, d.day))
),
exported_days AS (                          -- an export may be filtered: it says nothing of lines that are not in it
    SELECT c.line_no, count(*)::integer AS days
    FROM clock c JOIN spoken_for s USING (line_no) JOIN speaker p USING (line_no)
    JOIN exported e ON e.day >= c.effective_start AND e.day < c.effective_start + c.elapsed_days
    WHERE s.hours @> tstzrange(e.day::timestamp AT TIME ZONE %(timezone)s,
                               (e.day + 1)::timestamp AT TIME ZONE %(timezone)s)
      AND NOT EXISTS (SELECT FROM complete x WHERE (x.connectors, x.day) = (p.connectors, e.day))
      AND NOT EXISTS (SELECT FROM told_days t WHERE (t.line_no, t.day) = (c.line_no, e.day))
    GROUP BY c.line_no
),
known_start AS (                            -- of ASAP lines: the day before tells that they had not begun
    SELECT c.line_no
    FROM clock c JOIN speaker p USING (line_no) LEFT JOIN spoken_for s USING (line_no)
    WHERE c.start_date IS NULL
      AND (EXISTS (SELECT FROM complete x WHERE (x.connectors, x.day) = (p.connectors, c.effective_start - 1))
           OR (EXISTS (SELECT FROM exported e WHERE e.day = c.effective_start - 1)
               AND s.hours @> tstzrange((c.effective_start - 1)::timestamp AT TIME ZONE %(timezone)s,
                                        c.effective_start::timestamp AT TIME ZONE %(timezone)s)))
),
base AS (
    SELECT c.*,
           c.start_date IS NOT NULL OR k.line_no IS NOT NULL AS start_known,
           impression_goal::numeric(60, 20) AS goal,
           COALESCE(d.delivered, 0) AS delivered,
           COALESCE(d.delivered_before, 0) AS delivered_before,
           COALESCE(d.outside, 0) AS delivered_outside_flight,
           COALESCE(d.last_week, 0) AS last_week, COALESCE(d.in_flight, 0) AS in_flight,
           d.line_no IS NOT NULL AS reported,
           d.first_day, d.last_day,
           COALESCE(v.days_fetched, 0) + COALESCE(x.days, 0) + COALESCE(y.days, 0) AS days_fetched,
           flight_days - elapsed_days AS days_left,
           -- after the flight all is due, before it nothing, whatever the weights
           COALESCE(u.elapsed, elapsed_days) AS due_elapsed, COALESCE(u.flight, flight_days) AS due_flight,
           u.last_week AS due_last_week, u.days AS due_days, u.flight - u.elapsed AS due_left,
           COALESCE(u.judged, false) AS judged,
           CASE WHEN cancelled THEN 'cancelled'
                WHEN %(as_of)s::date < effective_start THEN 'scheduled'
                WHEN %(as_of)s::date <= end_date THEN 'live'
                WHEN %(as_of)s::date <= end_date + %(final_after)s::integer THEN 'ended_provisional'
                ELSE 'ended_final' END AS lifecycle
    FROM clock c LEFT JOIN delivery d USING (line_no) LEFT JOIN coverage v USING (line_no)
         LEFT JOIN exported_days x USING (line_no) LEFT JOIN due u USING (line_no)
         LEFT JOIN (SELECT line_no, count(*)::integer AS days FROM told_days GROUP BY line_no) y USING (line_no)
         LEFT JOIN known_start k USING (line_no)
),
-- Up to here: where lines stand; from here: what is made of it. The candidates of the week (week.sql) need only the former.
-- The recent pace r of live lines as a fraction: delivery by due weight of the last flight days, of all where that is 0.
recent AS (
    SELECT line_no, CASE WHEN due_last_week > 0 THEN last_week ELSE in_flight END AS impressions,
           CASE WHEN due_last_week > 0 THEN due_last_week ELSE due_elapsed END AS due
    FROM base WHERE lifecycle = 'live' AND due_elapsed > 0
),
reach AS (
    SELECT b.line_no, COALESCE(bool_or(GREATEST(goal - delivered_before, 0) * r.w <= r.impressions * due_left)
                                   FILTER (WHERE r.w > 0), goal <= delivered_before) AS reachable
    FROM base b JOIN run r USING (line_no)
    WHERE judged
    GROUP BY b.line_no, goal, delivered_before
),
projection AS (
    SELECT b.*, h.reachable,
           CASE WHEN lifecycle = 'live' THEN
               CASE WHEN r.line_no IS NOT NULL THEN
                   GREATEST(delivered, delivered_before + r.impressions::numeric(60, 20) * due_left / r.due) END
               WHEN elapsed_days > 0 THEN delivered
           END AS projected,
           CASE WHEN days_left > 0 AND lifecycle <> 'cancelled' THEN
               GREATEST(goal - delivered_before, 0) / days_left END AS required_daily,
           CASE WHEN r.impressions > 0 AND due_left > 0 THEN
               GREATEST(goal - delivered_before, 0) * r.due / (r.impressions * due_left) END AS required_factor,
           CASE WHEN lifecycle = 'live' AND elapsed_days > 0 THEN COALESCE(w.daily, 0) END AS best_week_daily,
           -- by how much of what is due the line is behind, beside `chance` times the spread of so many days: squared
           gap * gap * due_days > (%(chance)s::numeric * %(spread)s::numeric * goal * due_elapsed) ^ 2
               AS beyond_chance
    FROM base b CROSS JOIN LATERAL (SELECT goal * due_elapsed - delivered_before * due_flight AS gap) g
    LEFT JOIN best_week w USING (line_no) LEFT JOIN recent r USING (line_no) LEFT JOIN reach h USING (line_no)
),
figures AS (
    SELECT p.line_id, p.line_no, %(as_of)s::date AS as_of, kind, purchase_type, impression_goal, cpm_eur,
           effective_start, end_date, flight_days, elapsed_days, days_fetched,
           days_fetched = elapsed_days AND start_known AND NOT cancelled AS covered,
           lifecycle,
           CASE WHEN NOT reported THEN 'no_data'
                WHEN delivered * 100 >= goal * %(goal_met)s::numeric THEN 'goal_met'
                WHEN delivered * 100 >= goal * %(near_goal)s::numeric THEN 'near_goal'
                WHEN delivered * 100 >= goal * %(moderate)s::numeric THEN 'moderate_shortfall'
                ELSE 'critical_shortfall' END AS band,
           CASE WHEN lifecycle <> 'live' THEN NULL
                WHEN due_elapsed <= 0 THEN 'unmeasured'
                WHEN delivered_before * due_flight < %(behind)s::numeric * goal * due_elapsed AND judged AND beyond_chance
                    THEN 'behind'
                WHEN delivered_before * due_flight > %(ahead)s::numeric * goal * due_elapsed THEN 'ahead'
                ELSE 'on_track' END AS pace,
           trim_scale(delivered) AS delivered, trim_scale(delivered_before) AS delivered_before,
           trim_scale(delivered_outside_flight) AS delivered_outside_flight,
           trim_scale(delivered * 100 / goal) AS fulfillment_pct,
           trim_scale(GREATEST(impression_goal - delivered, 0)) AS shortfall,
           trim_scale(GREATEST(delivered - impression_goal, 0)) AS surplus,
           trim_scale(goal * due_elapsed / due_flight) AS expected,
           CASE WHEN due_elapsed > 0 THEN
               trim_scale(delivered_before * due_flight / (goal * due_elapsed))
           END AS pacing_index,
           CASE WHEN lifecycle = 'live' THEN COALESCE(w.basis, 'even') WHEN %(even)s THEN 'even' END AS pacing_basis,
           CASE WHEN judged AND due_days > 0 THEN round(%(chance)s::numeric * %(spread)s::numeric / sqrt(due_days::numeric(40, 20)), 12) END AS chance_gap,
           trim_scale(due_elapsed::numeric) AS due_elapsed, trim_scale(due_flight::numeric) AS due_flight,
           trim_scale(required_factor) AS required_factor,
           trim_scale(required_daily) AS required_daily, trim_scale(projected) AS projected,
           -- GREATEST passes over NULL, hence the second condition
           CASE WHEN lifecycle IN ('scheduled', 'cancelled') OR lifecycle = 'live' AND projected IS NULL THEN NULL
                WHEN lifecycle = 'live' THEN trim_scale(GREATEST(goal - projected, 0) * cpm_eur * 0.001)
                ELSE trim_scale(GREATEST(impression_goal - delivered, 0) * cpm_eur * 0.001)
           END AS value_at_risk_eur,
           trim_scale(delivered * cpm_eur * 0.001) AS delivered_value_eur,
           trim_scale(LEAST(delivered, impression_goal) * cpm_eur * 0.001) AS billable_eur,
           trim_scale(best_week_daily) AS best_week_daily,
           reachable, first_day, last_day
    FROM projection p LEFT JOIN weighed w USING (line_no)
)
