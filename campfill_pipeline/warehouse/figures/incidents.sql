-- The statements of incidents.py, by the function that runs them.

-- name: hours
-- Hours of lines that are on track, summed up anyway as the reference of causes: by site, local day and hour. Only days
-- that were fetched, so that a day nobody asked for is no darkness.
SELECT r.site_no, r.day, u.hour, sum(u.impressions)::float8
FROM reference_site_day r CROSS JOIN LATERAL unnest(r.hours, r.rows, r.impressions) AS u(hour, rows, impressions)
WHERE r.day >= %(as_of)s::date - %(days)s::integer AND r.day < %(as_of)s::date AND u.rows > 0
GROUP BY r.site_no, r.day, u.hour

-- name: fetched days
SELECT day FROM known_day
WHERE day >= %(as_of)s::date - %(days)s::integer AND day < %(as_of)s::date

-- name: store
INSERT INTO site_silence (site_no, day, from_hour, until_hour, silence, came, due)
SELECT site_no, day, (day + make_interval(hours => first)) AT TIME ZONE %(timezone)s,
       (day + make_interval(hours => last + 1)) AT TIME ZONE %(timezone)s, silence, came, due
FROM unnest(%(site_no)s::integer[], %(day)s::date[], %(first)s::integer[], %(last)s::integer[], %(silence)s::text[],
            %(came)s::numeric[], %(due)s::numeric[]) AS v(site_no, day, first, last, silence, came, due)
ON CONFLICT DO NOTHING
