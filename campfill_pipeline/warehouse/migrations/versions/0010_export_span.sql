-- A dropped export may be filtered: a day it reaches over is known for the campaigns and deals in it, and for no others.
CREATE TABLE export_span (
    fetch_no integer NOT NULL,
    series_no integer NOT NULL,
    from_hour timestamptz NOT NULL,                           -- of the whole export, not of the series in it
    to_hour timestamptz NOT NULL,                             -- exclusive
    PRIMARY KEY (series_no, fetch_no)
);
COMMENT ON TABLE export_span IS 'The hours that a stored export speaks for, for each campaign and deal in it';

-- What is known of exports stored so far: a row keeps the export that brought it first.
INSERT INTO export_span (fetch_no, series_no, from_hour, to_hour)
SELECT fetch_no, series_no, min(first) OVER of_export, max(last) OVER of_export
FROM (SELECT h.fetch_no, h.series_no, min(h.hour_utc) AS first, max(h.hour_utc) + interval '1 hour' AS last
      FROM report_hour h JOIN report_series s USING (series_no)
      WHERE s.source = 'c' GROUP BY h.fetch_no, h.series_no) brought
WINDOW of_export AS (PARTITION BY fetch_no);
