-- Hours in which a site fell silent or weak for all lines that were there, and what that costs whom.

ALTER TABLE fulfillment ADD COLUMN chance_gap numeric;
COMMENT ON COLUMN fulfillment.chance_gap IS 'Of live lines: the gap to expected, as a share of it, up to which the day-to-day spread of healthy lines explains it.';

CREATE TABLE site_silence (                                   -- made again where the hours that tell it may differ
    site_no integer NOT NULL,
    day date NOT NULL,                                        -- local
    from_hour timestamptz NOT NULL, until_hour timestamptz NOT NULL, -- exclusive
    silence text NOT NULL CHECK (silence IN ('dark', 'weak')),
    came numeric NOT NULL,
    due numeric NOT NULL,
    PRIMARY KEY (site_no, from_hour)
);

-- Lines in flight on the day and seen at the site within the week before: each carries the part of the loss that it had of
-- the site's delivery. One line alone is no incident.
CREATE VIEW incident AS
SELECT s.site, q.from_hour, q.until_hour, q.silence, t.lines, round(q.due - q.came, 4) AS impressions_lost,
       round((q.due - q.came) * t.cpm_eur * 0.001, 2) AS eur_lost,
       round((q.due - q.came) * t.live, 4) AS impressions_savable,
       round((q.due - q.came) * t.live_cpm_eur * 0.001, 2) AS eur_savable, t.line_ids, q.site_no
FROM site_silence q
JOIN site s USING (site_no)
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS lines, sum(share * cpm_eur) AS cpm_eur, COALESCE(sum(share) FILTER (WHERE live), 0) AS live,
           COALESCE(sum(share * cpm_eur) FILTER (WHERE live), 0) AS live_cpm_eur, array_agg(line_id ORDER BY line_id) AS line_ids
    FROM (SELECT f.line_id, f.cpm_eur, f.lifecycle = 'live' AS live,
                 sum(d.impressions) / sum(sum(d.impressions)) OVER () AS share
          FROM site_day d JOIN report_series r USING (series_no) JOIN fulfillment f USING (line_no)
          WHERE d.site_no = q.site_no AND d.day BETWEEN q.day - 7 AND q.day
            AND q.day BETWEEN f.effective_start AND f.end_date
          GROUP BY f.line_id, f.cpm_eur, f.lifecycle
          HAVING sum(d.impressions) > 0) shares) t
WHERE t.lines > 1;

CREATE INDEX site_day_site ON site_day (site_no, day);

COMMENT ON TABLE site_silence IS 'Internal: hours of the last 14 days in which a site gave nothing, or less than half of what such hours give.';
COMMENT ON VIEW incident IS 'Hours of the last 14 days in which a site fell silent or weak for all lines that were there: one entry, whatever the number of lines.';
COMMENT ON COLUMN incident.site IS 'Name of the site.';
COMMENT ON COLUMN incident.from_hour IS 'Start of its first hour.';
COMMENT ON COLUMN incident.until_hour IS 'End of its last hour.';
COMMENT ON COLUMN incident.silence IS 'dark: hardly anything came; weak: less than half of what such hours give.';
COMMENT ON COLUMN incident.lines IS 'Lines in flight that had been delivered at the site.';
COMMENT ON COLUMN incident.impressions_lost IS 'What such hours give to the lines on track, less what came.';
COMMENT ON COLUMN incident.eur_lost IS 'Value of it, at the CPM of the lines by their part of the site.';
COMMENT ON COLUMN incident.impressions_savable IS 'The part of lines that are still live: it can be made up.';
COMMENT ON COLUMN incident.eur_savable IS 'Value of that part.';
COMMENT ON COLUMN incident.line_ids IS 'The lines.';
COMMENT ON COLUMN incident.site_no IS 'Number of the site.';
