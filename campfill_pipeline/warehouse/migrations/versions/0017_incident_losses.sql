-- What each line lost in an incident, and the words for when a line is judged.

CREATE OR REPLACE VIEW incident AS
SELECT s.site, q.from_hour, q.until_hour, q.silence, t.lines, round(q.due - q.came, 4) AS impressions_lost,
       round((q.due - q.came) * t.cpm_eur * 0.001, 2) AS eur_lost,
       round((q.due - q.came) * t.live, 4) AS impressions_savable,
       round((q.due - q.came) * t.live_cpm_eur * 0.001, 2) AS eur_savable, t.line_ids, q.site_no, q.day, t.line_losses
FROM site_silence q
JOIN site s USING (site_no)
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS lines, sum(share * cpm_eur) AS cpm_eur, COALESCE(sum(share) FILTER (WHERE live), 0) AS live,
           COALESCE(sum(share * cpm_eur) FILTER (WHERE live), 0) AS live_cpm_eur, array_agg(line_id ORDER BY line_id) AS line_ids,
           array_agg(round((q.due - q.came) * share, 4) ORDER BY line_id) AS line_losses
    FROM (SELECT f.line_id, f.cpm_eur, f.lifecycle = 'live' AS live,
                 sum(d.impressions) / sum(sum(d.impressions)) OVER () AS share
          FROM site_day d JOIN report_series r USING (series_no) JOIN fulfillment f USING (line_no)
          WHERE d.site_no = q.site_no AND d.day BETWEEN q.day - 7 AND q.day
            AND q.day BETWEEN f.effective_start AND f.end_date
          GROUP BY f.line_id, f.cpm_eur, f.lifecycle
          HAVING sum(d.impressions) > 0) shares) t
WHERE t.lines > 1;

COMMENT ON COLUMN incident.day IS 'Its local day.';
COMMENT ON COLUMN incident.line_losses IS 'What each of the lines lost, in impressions, in the order of line_ids.';
COMMENT ON COLUMN fulfillment.pace IS 'Of live lines: behind (below its expected share, by more than chance), on_track, ahead; unmeasured while less than half an average day is due.';
