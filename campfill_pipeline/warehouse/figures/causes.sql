-- From hourly rows to the figures and baselines of lines that fell short. The rule itself is domain/causes.py.

-- name: below target
-- Lines below `healthy_from` of their target: the goal of ended lines, what was due by as_of of live ones.
SELECT line_id, line_no, kind, covered, reported, elapsed_days, days_fetched, trim_scale(target) AS target,
       done AS delivered, cpm_eur,
       lifecycle <> 'live' OR elapsed_days > 1 AND (1 - pacing_index) * %(chance)s::numeric > chance_gap * CASE
           WHEN 1 - pacing_index > %(small_gap)s::numeric THEN %(chance_of_cause)s::numeric
           ELSE %(chance_of_small_cause)s::numeric END AS beyond_chance
FROM fulfillment f
CROSS JOIN LATERAL (
    SELECT CASE lifecycle WHEN 'live' THEN expected ELSE impression_goal END AS target,
           CASE lifecycle WHEN 'live' THEN delivered_before ELSE delivered END AS done,
           CASE lifecycle WHEN 'live' THEN as_of - 1 ELSE as_of END AS last_day) AS t
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM line_day d WHERE d.line_no = f.line_no AND d.day <= t.last_day) AS reported) AS r
WHERE lifecycle NOT IN ('scheduled', 'cancelled') AND elapsed_days > 0
  AND (lifecycle <> 'live' OR chance_gap IS NOT NULL OR NOT covered)   -- while too little is due, all may be chance
  AND (%(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[]))
  -- judged without dividing, since what was due is a quotient
  AND CASE lifecycle
          WHEN 'live' THEN done * due_flight < %(healthy_from)s::numeric * impression_goal * due_elapsed
          ELSE done < %(healthy_from)s::numeric * impression_goal END
ORDER BY line_no

-- name: what sources tell
-- Of the days that count: whether any of them came whole, without hours, and which stages were never told.
SELECT line_no, bool_or(source_by_day(source)), sum(bids) IS NULL, sum(wins) IS NULL, sum(plays) IS NULL
FROM line_day WHERE counted AND line_no = ANY (%(lines)s::integer[]) GROUP BY line_no

-- name: measured anew
-- Lines whose stored reference depends on a day that changed, for all purchase types (NULL) or for one.
WITH changed AS (
    SELECT NULL::text AS type, day FROM unnest(%(days)s::date[]) AS day
    UNION ALL SELECT * FROM unnest(%(types)s::text[], %(typed_days)s::date[])
)
SELECT line_no FROM line_reference r
WHERE EXISTS (SELECT FROM changed c WHERE c.day BETWEEN r.depends_from AND r.depends_to
              AND (r.depends_type IS NULL OR c.type IS NULL OR c.type = r.depends_type))

-- name: workspace
-- Made anew in each refresh, so that the planner knows how much is in it.
DROP TABLE IF EXISTS pg_temp.short_line, pg_temp.mix, pg_temp.choice, pg_temp.rate;
CREATE TEMP TABLE short_line (
    line_no integer PRIMARY KEY, purchase_type text NOT NULL,
    first_day date NOT NULL, last_day date NOT NULL,          -- flight days before as_of
    flight_from timestamptz NOT NULL, flight_until timestamptz NOT NULL,
    until timestamptz NOT NULL,                               -- hours before this count towards the target
    first_row timestamptz NOT NULL, last_row timestamptz NOT NULL -- hours of its first and last report row
) ON COMMIT DROP;
CREATE TEMP TABLE mix (
    line_no integer NOT NULL, site_no integer NOT NULL, class smallint NOT NULL, hour smallint NOT NULL,
    bids bigint NOT NULL, wins bigint NOT NULL, plays bigint NOT NULL, impressions numeric NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE choice (
    line_no integer PRIMARY KEY, basis text NOT NULL, purchase_type text, first_day date, last_day date,
    days integer NOT NULL, win_rate numeric, play_rate numeric, audience numeric
) ON COMMIT DROP;
CREATE TEMP TABLE rate (
    purchase_type text NOT NULL, first_day date NOT NULL, last_day date NOT NULL,
    site_no integer NOT NULL, class smallint NOT NULL, hour smallint NOT NULL, bids bigint NOT NULL,
    win_rate numeric NOT NULL, play_rate numeric NOT NULL, audience numeric NOT NULL
) ON COMMIT DROP

-- name: short line
INSERT INTO short_line
SELECT line_no, purchase_type, effective_start, b.last_day,
       effective_start::timestamp AT TIME ZONE %(timezone)s, (b.last_day + 1)::timestamp AT TIME ZONE %(timezone)s,
       (CASE lifecycle WHEN 'live' THEN %(as_of)s::date ELSE %(as_of)s::date + 1 END)::timestamp AT TIME ZONE %(timezone)s,
       d.first_row, d.last_row
FROM fulfillment f, LATERAL (SELECT LEAST(end_date, %(as_of)s::date - 1) AS last_day) b,
     LATERAL (SELECT min(first_hour) AS first_row, max(last_hour) AS last_row FROM line_day d WHERE d.line_no = f.line_no) d
WHERE line_no = ANY (%(lines)s::integer[])

-- name: forget own rows
-- Of lines whose figures, rows, terms or coverage may differ (NULL: all).
WITH mixed AS (DELETE FROM line_mix WHERE %(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[]))
DELETE FROM line_hours WHERE %(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[])

-- name: own rows
-- Read the report rows of these lines, once, and keep what they come to. Of several sources, what counts.
WITH other AS MATERIALIZED (
    SELECT line_no, source, day FROM line_day WHERE NOT counted AND line_no = ANY (%(remade)s::integer[])
),
local AS MATERIALIZED (                     -- looked up: telling the local hour of each row takes longer than summing it
    SELECT hour_utc, at::date AS day, extract(hour FROM at)::smallint AS hour,
           CASE WHEN extract(isodow FROM at) = 7 OR at::date = ANY (%(holidays)s::date[]) THEN 7
                WHEN extract(isodow FROM at) = 6 THEN 6 ELSE 1 END::smallint AS class
    FROM generate_series(%(first_hour)s::timestamptz, %(last_hour)s::timestamptz, interval '1 hour') AS hour_utc
    CROSS JOIN LATERAL (SELECT hour_utc AT TIME ZONE %(timezone)s AS at) clock
),
own_row AS NOT MATERIALIZED (               -- single ones by time, packed ones campaign by campaign
    SELECT l.line_no, l.until, s.source, h.site_no, h.hour_utc, h.bids, h.wins, h.plays, h.impressions
    FROM short_line l JOIN report_series s USING (line_no) JOIN report_hour h USING (series_no)
    WHERE l.line_no = ANY (%(remade)s::integer[]) AND NOT source_by_day(s.source)
      AND h.hour_utc BETWEEN %(first_hour)s AND %(last_hour)s    -- leaves out the months of others
      AND h.hour_utc BETWEEN l.first_row AND l.last_row
    UNION ALL
    SELECT l.line_no, l.until, s.source, h.site_no, h.hour_utc, h.bids, h.wins, h.plays, h.impressions
    FROM short_line l JOIN report_series s USING (line_no)
    CROSS JOIN LATERAL packed_hours(s.series_no, l.first_row, l.last_row + interval '1 microsecond') h
    WHERE l.line_no = ANY (%(remade)s::integer[]) AND NOT source_by_day(s.source)
),
summed AS MATERIALIZED (
    SELECT h.line_no, h.site_no, local.class, local.hour, h.hour_utc, GROUPING(h.hour_utc) = 1 AS by_site,
           sum(h.bids) FILTER (WHERE told.funnel) AS bids, sum(h.wins) FILTER (WHERE told.funnel) AS wins,
           sum(h.plays) FILTER (WHERE told.funnel) AS plays,
           sum(h.impressions) FILTER (WHERE told.funnel) AS impressions,
           COALESCE(bool_or(h.bids > 0), false) AS bid, bool_or(h.impressions > 0) AS delivered
    FROM own_row h JOIN local USING (hour_utc)
    CROSS JOIN LATERAL (SELECT h.bids IS NOT NULL AND h.wins IS NOT NULL AND h.plays IS NOT NULL AS funnel) told
    WHERE h.hour_utc < h.until
      AND NOT EXISTS (SELECT FROM other o WHERE (o.line_no, o.source, o.day) = (h.line_no, h.source, local.day))
    GROUP BY GROUPING SETS ((h.line_no, h.site_no, local.class, local.hour), (h.line_no, h.hour_utc))
),
mixed AS (
    INSERT INTO line_mix (line_no, site_no, class, hour, bids, wins, plays, impressions)
    SELECT line_no, site_no, class, hour, bids, wins, plays, impressions
    FROM summed WHERE by_site AND bids IS NOT NULL
)
INSERT INTO line_hours
SELECT l.line_no, (extract(epoch FROM l.flight_until - l.flight_from) / 3600)::integer,
       count(*) FILTER (WHERE h.bid AND h.hour_utc >= l.flight_from AND h.hour_utc < l.flight_until),
       min(h.hour_utc) FILTER (WHERE h.delivered), max(h.hour_utc) FILTER (WHERE h.delivered)
FROM short_line l LEFT JOIN summed h ON h.line_no = l.line_no AND NOT h.by_site
WHERE l.line_no = ANY (%(remade)s::integer[])
GROUP BY l.line_no

-- name: mix
INSERT INTO mix SELECT line_no, site_no, class, hour, bids, wins, plays, impressions FROM line_mix WHERE line_no = ANY (%(lines)s::integer[])

-- name: choice
-- The first of four that can be compared with: the days before the flight, the flight itself, each of the own
-- purchase type, then each of all types. History needs a number of days; all need something at every stage.
INSERT INTO choice
WITH asked AS (
    SELECT DISTINCT purchase_type AS own_type, first_day AS flight_first, last_day AS flight_last FROM short_line
),
offer AS (
    SELECT a.*, o.rank, o.basis, o.type, o.first_day, o.last_day, o.least_days
    FROM asked a CROSS JOIN LATERAL (VALUES
        (1, 'history', own_type, flight_first - %(history_days)s::integer, flight_first - 1, %(least_days)s::integer),
        (2, 'flight', own_type, flight_first, flight_last, 1),
        (3, 'history', 'all', flight_first - %(history_days)s::integer, flight_first - 1, %(least_days)s::integer),
        (4, 'flight', 'all', flight_first, flight_last, 1)) AS o(rank, basis, type, first_day, last_day, least_days)
),
summed AS (
    SELECT own_type, flight_first, flight_last, o.rank, o.basis, o.type, o.first_day, o.last_day,
           count(DISTINCT r.day) AS days, sum(r.bids) AS bids, sum(r.wins) AS wins, sum(r.plays) AS plays,
           sum(r.impressions) AS impressions
    FROM offer o JOIN reference_day r ON r.day BETWEEN o.first_day AND o.last_day AND r.rows > 0
                                     AND (o.type = 'all' OR r.purchase_type = o.type)
    GROUP BY own_type, flight_first, flight_last, o.rank, o.basis, o.type, o.first_day, o.last_day, o.least_days
    HAVING count(DISTINCT r.day) >= o.least_days
       AND sum(r.bids) > 0 AND sum(r.wins) > 0 AND sum(r.plays) > 0 AND sum(r.impressions) > 0
),
chosen AS (
    SELECT DISTINCT ON (own_type, flight_first, flight_last) * FROM summed
    ORDER BY own_type, flight_first, flight_last, rank
)
SELECT l.line_no, COALESCE(c.basis, 'none'), c.type, c.first_day, c.last_day, COALESCE(c.days, 0),
       c.wins::numeric(40, 20) / c.bids, c.plays::numeric(40, 20) / c.wins, c.impressions::numeric(60, 20) / c.plays
FROM short_line l LEFT JOIN chosen c
     ON (c.own_type, c.flight_first, c.flight_last) = (l.purchase_type, l.first_day, l.last_day)

-- name: rate
-- Rates of the sites that the lines use, once per reference, by class of day (weekday, Saturday, Sunday or holiday) and
-- hour. A cell with little behind it takes its site's rate, a
-- site with little behind it the rate of all.
INSERT INTO rate
WITH reference AS (
    SELECT DISTINCT purchase_type, first_day, last_day, win_rate, play_rate, audience FROM choice WHERE basis <> 'none'
),
needed AS MATERIALIZED (                    -- numbered: what is summed for each has one short key
    SELECT n.*, row_number() OVER ()::integer AS number
    FROM (SELECT DISTINCT c.purchase_type, c.first_day, c.last_day, m.site_no,
                 CASE c.purchase_type WHEN 'all' THEN %(types)s::text[] ELSE ARRAY[c.purchase_type] END AS types
          FROM choice c JOIN mix m USING (line_no) WHERE c.basis <> 'none') n
),
day_class AS MATERIALIZED (                 -- told once for each day, not for each of its hours at each site
    SELECT day::date AS day, CASE WHEN extract(isodow FROM day) = 7 OR day::date = ANY (%(holidays)s::date[]) THEN 7
                                  WHEN extract(isodow FROM day) = 6 THEN 6 ELSE 1 END AS class
    FROM generate_series((SELECT min(first_day) FROM reference)::timestamp, (SELECT max(last_day) FROM reference)::timestamp,
                         interval '1 day') AS day
),
cell AS (
    SELECT n.number, k.class, u.hour,
           sum(u.bids) AS bids, sum(u.wins) AS wins, sum(u.plays) AS plays, sum(u.impressions) AS impressions
    FROM needed n
    JOIN reference_site_day r ON r.purchase_type = ANY (n.types) AND r.site_no = n.site_no
         AND r.day BETWEEN n.first_day AND n.last_day
    JOIN day_class k ON k.day = r.day
    CROSS JOIN LATERAL unnest(r.hours, r.bids, r.wins, r.plays, r.impressions) AS u(hour, bids, wins, plays, impressions)
    GROUP BY n.number, k.class, u.hour
),
wide AS (
    SELECT n.*, k.class, h.hour, COALESCE(c.bids, 0) AS bids, COALESCE(c.wins, 0) AS wins, COALESCE(c.plays, 0) AS plays,
           COALESCE(c.impressions, 0) AS impressions,
           sum(c.bids) OVER site AS site_bids, sum(c.wins) OVER site AS site_wins, sum(c.plays) OVER site AS site_plays,
           sum(c.impressions) OVER site AS site_impressions
    FROM needed n CROSS JOIN (VALUES (1), (6), (7)) AS k(class) CROSS JOIN generate_series(0, 23) AS h(hour)
    LEFT JOIN cell c ON (c.number, c.class, c.hour) = (n.number, k.class, h.hour)
    WINDOW site AS (PARTITION BY n.number)
)
SELECT w.purchase_type, w.first_day, w.last_day, site_no, class, hour, bids,
       CASE WHEN bids >= %(least)s THEN wins::numeric(40, 20) / bids
            WHEN site_bids >= %(least)s THEN site_wins::numeric(40, 20) / site_bids ELSE r.win_rate END,
       CASE WHEN wins >= %(least)s THEN plays::numeric(40, 20) / wins
            WHEN site_wins >= %(least)s THEN site_plays::numeric(40, 20) / site_wins ELSE r.play_rate END,
       CASE WHEN plays >= %(least)s THEN impressions::numeric(60, 20) / plays
            WHEN site_plays >= %(least)s THEN site_impressions::numeric(60, 20) / site_plays ELSE r.audience END
FROM wide w JOIN reference r
     ON (r.purchase_type, r.first_day, r.last_day) = (w.purchase_type, w.first_day, w.last_day)

-- name: baselines
-- One row per line: its figures, and the reference's rates weighed by its own mix (win rate by bids, play rate by wins,
-- audience by plays). Where a stage has nothing to weigh by, the stage before it weighs; a line without bids takes the
-- rates of all.
WITH weighed AS (
    SELECT m.line_no, sum(m.bids) AS bids, sum(m.wins) AS wins, sum(m.plays) AS plays, sum(m.impressions) AS impressions,
           sum(m.bids * r.win_rate) AS win_by_bids,
           sum(m.bids * r.play_rate) AS play_by_bids, sum(m.wins * r.play_rate) AS play_by_wins,
           sum(m.bids * r.audience) AS audience_by_bids, sum(m.wins * r.audience) AS audience_by_wins,
           sum(m.plays * r.audience) AS audience_by_plays
    FROM mix m JOIN choice c USING (line_no)
    LEFT JOIN rate r ON (r.purchase_type, r.first_day, r.last_day, r.site_no, r.class, r.hour)
                      = (c.purchase_type, c.first_day, c.last_day, m.site_no, m.class, m.hour)
    GROUP BY m.line_no
)
SELECT c.line_no, c.basis, c.purchase_type, c.first_day, c.last_day, c.days,
       w.line_no IS NOT NULL AS funnel, COALESCE(w.bids, 0) AS bids, COALESCE(w.wins, 0) AS wins,
       COALESCE(w.plays, 0) AS plays, COALESCE(w.impressions, 0) AS impressions,
       CASE WHEN w.bids > 0 THEN w.win_by_bids / w.bids ELSE c.win_rate END AS win_rate,
       CASE WHEN w.wins > 0 THEN w.play_by_wins / w.wins WHEN w.bids > 0 THEN w.play_by_bids / w.bids
            ELSE c.play_rate END AS play_rate,
       CASE WHEN w.plays > 0 THEN w.audience_by_plays / w.plays WHEN w.wins > 0 THEN w.audience_by_wins / w.wins
            WHEN w.bids > 0 THEN w.audience_by_bids / w.bids ELSE c.audience END AS audience
FROM choice c LEFT JOIN weighed w USING (line_no)

-- name: weakest sites
-- The sites at which a line lost most at the given stage: what was due there against what came.
WITH asked AS (
    SELECT * FROM unnest(%(lines)s::integer[], %(stages)s::text[], %(needed)s::numeric[]) AS a(line_no, stage, needed_bids)
),
per_site AS (
    SELECT a.line_no, a.stage, a.needed_bids, m.site_no, sum(m.bids) AS bids, sum(m.wins) AS wins, sum(m.plays) AS plays,
           sum(m.impressions) AS impressions, sum(m.bids * r.win_rate) AS due_wins, sum(m.wins * r.play_rate) AS due_plays,
           sum(m.plays * r.audience) AS due_impressions
    FROM asked a JOIN mix m USING (line_no) JOIN choice c USING (line_no)
    JOIN rate r ON (r.purchase_type, r.first_day, r.last_day, r.site_no, r.class, r.hour)
                 = (c.purchase_type, c.first_day, c.last_day, m.site_no, m.class, m.hour)
    GROUP BY a.line_no, a.stage, a.needed_bids, m.site_no
),
reference_bids AS (                         -- how the reference spread its bids over the same sites
    SELECT p.line_no, p.site_no, sum(r.bids) AS bids
    FROM per_site p JOIN choice c USING (line_no)
    JOIN rate r ON (r.purchase_type, r.first_day, r.last_day, r.site_no)
                 = (c.purchase_type, c.first_day, c.last_day, p.site_no)
    WHERE p.stage = 'bids'
    GROUP BY p.line_no, p.site_no
),
judged AS (
    SELECT p.line_no, p.site_no,
           CASE stage WHEN 'bids' THEN p.bids WHEN 'wins' THEN wins WHEN 'plays' THEN plays ELSE impressions END AS figure,
           CASE stage WHEN 'bids' THEN needed_bids * b.bids / NULLIF(sum(b.bids) OVER (PARTITION BY p.line_no), 0)
                      WHEN 'wins' THEN due_wins WHEN 'plays' THEN due_plays ELSE due_impressions END AS due
    FROM per_site p LEFT JOIN reference_bids b USING (line_no, site_no)
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY line_no ORDER BY due - figure DESC, site_no) AS place
    FROM judged WHERE due > figure
)
SELECT r.line_no, s.site, round(r.figure, 1), round(r.due, 1)
FROM ranked r JOIN site s USING (site_no)
WHERE place <= 3
ORDER BY r.line_no, r.place

-- name: store references
INSERT INTO line_reference AS r (line_no, basis, purchase_type, first_day, last_day, days, win_rate, play_rate, audience,
                                 depends_from, depends_to, depends_type)
SELECT m.line_no, m.basis, COALESCE(m.purchase_type, 'all'), m.first_day, m.last_day, m.days, m.win_rate, m.play_rate,
       m.audience, l.first_day - %(history_days)s::integer,
       CASE WHEN own THEN l.first_day - 1 ELSE l.last_day END, CASE WHEN own THEN m.purchase_type END
FROM unnest(%(line_no)b::integer[], %(basis)b::text[], %(purchase_type)b::text[], %(first_day)b::date[],
            %(last_day)b::date[], %(days)b::integer[], %(win_rate)b::numeric[], %(play_rate)b::numeric[],
            %(audience)b::numeric[])
     AS m(line_no, basis, purchase_type, first_day, last_day, days, win_rate, play_rate, audience)
JOIN short_line l USING (line_no)
CROSS JOIN LATERAL (SELECT m.basis = 'history' AND m.purchase_type <> 'all' AS own) o
ON CONFLICT (line_no) DO UPDATE
SET (basis, purchase_type, first_day, last_day, days, win_rate, play_rate, audience, depends_from, depends_to, depends_type)
  = (excluded.basis, excluded.purchase_type, excluded.first_day, excluded.last_day, excluded.days, excluded.win_rate,
     excluded.play_rate, excluded.audience, excluded.depends_from, excluded.depends_to, excluded.depends_type)

-- name: store verdicts
INSERT INTO shortfall_cause AS c (line_id, line_no, cause, side, share_bids, share_wins, share_plays, share_audience,
                                  target, missing, missing_eur, evidence)
SELECT line_id, line_no, cause, side, share_bids, share_wins, share_plays, share_audience, target,
       -- of days that nobody fetched nobody knows what is missing
       CASE WHEN cause <> 'not_fetched' THEN trim_scale(target - delivered) END,
       CASE WHEN cause <> 'not_fetched' THEN trim_scale((target - delivered) * cpm_eur * 0.001) END, evidence
FROM unnest(%(line_id)b::uuid[], %(line_no)b::integer[], %(cause)b::text[], %(side)b::text[], %(bids)b::float8[],
            %(wins)b::float8[], %(plays)b::float8[], %(audience)b::float8[], %(target)b::numeric[],
            %(delivered)b::numeric[], %(cpm)b::numeric[], %(evidence)b::jsonb[])
     AS v(line_id, line_no, cause, side, share_bids, share_wins, share_plays, share_audience, target, delivered,
          cpm_eur, evidence)
ON CONFLICT (line_id) DO UPDATE
SET (line_no, cause, side, share_bids, share_wins, share_plays, share_audience, target, missing, missing_eur, evidence)
  = (excluded.line_no, excluded.cause, excluded.side, excluded.share_bids, excluded.share_wins, excluded.share_plays,
     excluded.share_audience, excluded.target, excluded.missing, excluded.missing_eur, excluded.evidence)

-- name: read own rows
SELECT array_agg(line_no), min(first_row), max(last_row) FROM short_line
WHERE NOT EXISTS (SELECT FROM line_hours h WHERE h.line_no = short_line.line_no)

-- name: evidence
-- `comparable`: the flight hours of those hours of the day in which the references had bids at the line's sites, or it
-- had some itself. Nobody bids at night; where nothing is known of references every hour counts.
WITH own_site AS (
    SELECT DISTINCT line_no, site_no FROM mix WHERE line_no = ANY (%(lines)s::integer[])
), reference AS (
    SELECT DISTINCT o.line_no, r.hour
    FROM own_site o JOIN choice c USING (line_no)
    JOIN rate r ON (r.purchase_type, r.first_day, r.last_day, r.site_no)
                 = (c.purchase_type, c.first_day, c.last_day, o.site_no)
    WHERE r.bids > 0
), hour_of_day AS (
    SELECT line_no, hour FROM reference
    UNION SELECT m.line_no, m.hour FROM mix m WHERE m.bids > 0 AND m.line_no IN (SELECT line_no FROM reference)
), counted AS (
    SELECT line_no, count(*) AS hours FROM hour_of_day GROUP BY line_no
)
SELECT h.line_no, h.flight_hours,
       CASE WHEN c.hours < 24
            THEN GREATEST(c.hours * (l.last_day - l.first_day + 1), h.hours_with_bids)::integer
            ELSE h.flight_hours END AS comparable,
       h.hours_with_bids, h.first_hour, h.last_hour
FROM line_hours h JOIN short_line l USING (line_no) LEFT JOIN counted c USING (line_no)
WHERE h.line_no = ANY (%(lines)s::integer[])

-- name: forget references
DELETE FROM line_reference
WHERE (%(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[]))
  AND line_no <> ALL (%(keep)s::integer[])

-- name: store causes
DELETE FROM shortfall_cause
WHERE (%(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s::integer[]))
  AND line_no <> ALL (%(keep)s::integer[])
