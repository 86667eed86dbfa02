-- Report rows of closed months, some 60 of them in one row: a source, like report_hour. A report row stands in one of the two,
-- never in both: what moves them (warehouse/delivery/packing.sql) takes and gives in one statement.
CREATE TABLE packed_hour (
    from_hour timestamptz NOT NULL,                           -- the first hour in it
    last_hour timestamptz NOT NULL,                           -- the last one; less than 17 days later
    series_no integer NOT NULL,
    terms "char" NOT NULL,                                    -- as in report_hour, of all its rows
    minutes smallint[] NOT NULL,                              -- from from_hour to the row's hour
    sites integer[] NOT NULL,                                 -- one entry where it is the same for all
    fetches integer[] NOT NULL,                               -- likewise
    bids integer[], wins integer[], plays integer[],          -- NULL where all are
    impressions integer[],                                    -- in ten-thousandths
    large_impressions bigint[],                               -- instead, where one of them is too large for these
    PRIMARY KEY (series_no, from_hour, terms),
    CHECK (last_hour >= from_hour AND last_hour < from_hour + interval '17 days')
);
CREATE INDEX packed_hour_span ON packed_hour USING gist (tstzrange(from_hour, last_hour, '[]'));

CREATE TABLE packed_clock (                                   -- all hours that packed rows may be of
    hour_utc timestamptz PRIMARY KEY
);

CREATE FUNCTION unpacked(p packed_hour)
RETURNS TABLE (hour_utc timestamptz, site_no integer, fetch_no integer, bids integer, wins integer, plays integer,
               impressions numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.from_hour + u.minute * interval '1 minute', COALESCE(u.site, p.sites[1]), COALESCE(u.fetch_no, p.fetches[1]),
           u.bids, u.wins, u.plays, u.impressions * 0.0001
    FROM unnest(p.minutes, p.sites, p.fetches, p.bids, p.wins, p.plays,
                COALESCE(p.large_impressions, p.impressions::bigint[]))
         AS u (minute, site, fetch_no, bids, wins, plays, impressions);
END;

CREATE FUNCTION packed_hours(of_series integer, since timestamptz, until timestamptz)
RETURNS TABLE (hour_utc timestamptz, series_no integer, site_no integer, fetch_no integer, bids integer, wins integer,
               plays integer, impressions numeric, terms "char")
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT u.hour_utc, p.series_no, u.site_no, u.fetch_no, u.bids, u.wins, u.plays, u.impressions, p.terms
    FROM packed_hour p CROSS JOIN LATERAL unpacked(p) u
    WHERE p.series_no = of_series AND p.from_hour > since - interval '17 days' AND p.from_hour < until
      AND p.last_hour >= since AND u.hour_utc >= since AND u.hour_utc < until;
END;

-- All report rows. The hours of packed rows come from a list of hours, so that whoever asks for some hours gets them by the
-- index; our own statements ask packed_hours for series, which is faster.
CREATE VIEW stored_hour AS
SELECT hour_utc, series_no, site_no, fetch_no, bids, wins, plays, impressions, terms FROM report_hour
UNION ALL
SELECT k.hour_utc, p.series_no, COALESCE(p.sites[i], p.sites[1]), COALESCE(p.fetches[i], p.fetches[1]), p.bids[i], p.wins[i],
       p.plays[i], (COALESCE(p.large_impressions[i], p.impressions[i]) * 0.0001)::numeric(18, 4), p.terms
FROM packed_clock k
JOIN packed_hour p ON tstzrange(p.from_hour, p.last_hour, '[]') @> k.hour_utc
CROSS JOIN LATERAL unnest(array_positions(p.minutes, (extract(epoch FROM k.hour_utc - p.from_hour) / 60)::smallint)) AS i;

CREATE OR REPLACE VIEW report_fact AS
SELECT h.hour_utc, h.site_no, s.campaign_no, s.deal_no, s.line_no, h.fetch_no, f.stored_at AS first_seen_at,
       h.bids, h.wins, h.plays, h.impressions, s.source,
       CASE s.attributed_as WHEN 'c' THEN campaign_type(h.terms) WHEN 'd' THEN deal_type(h.terms) ELSE '?' END AS purchase_type,
       h.series_no
FROM stored_hour h
JOIN report_series s USING (series_no)
LEFT JOIN report_fetch f USING (fetch_no);

CREATE OR REPLACE VIEW report_row AS
SELECT source_name(s.source) AS source, h.hour_utc, x.site,
       c.entity_id AS campaign_id, d.entity_id AS deal_id, l.id AS line_id,
       h.impressions, h.bids, h.wins, h.plays,
       CASE campaign_type(h.terms) WHEN 'g' THEN 'guaranteed' WHEN 'u' THEN 'unguaranteed' END AS campaign_purchase_type,
       CASE deal_type(h.terms) WHEN 'g' THEN 'guaranteed' WHEN 'u' THEN 'unguaranteed' END AS deal_purchase_type,
       c.reported_name AS campaign_name, d.reported_name AS deal_name,
       f.stored_at AS first_seen_at, h.fetch_no, h.series_no, h.site_no
FROM stored_hour h
JOIN report_series s USING (series_no)
LEFT JOIN site x USING (site_no)
LEFT JOIN report_entity c ON c.entity_no = s.campaign_no
LEFT JOIN report_entity d ON d.entity_no = s.deal_no
LEFT JOIN line_register l ON l.line_no = s.line_no
LEFT JOIN report_fetch f USING (fetch_no);

COMMENT ON TABLE packed_hour IS 'Internal, a source: report rows of closed months, many in one row. Read view report_row instead.';
COMMENT ON TABLE packed_clock IS 'Internal: the hours that packed report rows may be of.';
COMMENT ON VIEW stored_hour IS 'Internal: report rows, of open months and packed ones. Read view report_row instead.';
