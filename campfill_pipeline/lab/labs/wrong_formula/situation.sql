-- What is there at the beginning: lines with their flights, what they delivered each day, and the funnel of each line.
DROP TABLE IF EXISTS line, delivery_day, funnel, verdict;
CREATE TABLE line (name text PRIMARY KEY, place text NOT NULL, start_date date NOT NULL, days integer NOT NULL,
                   goal numeric NOT NULL, ended boolean NOT NULL);
CREATE TABLE delivery_day (name text NOT NULL, day date NOT NULL, impressions numeric NOT NULL);
CREATE TABLE funnel (name text NOT NULL, period text NOT NULL, bids numeric, wins numeric, plays numeric, impressions numeric);
CREATE TABLE verdict (name text PRIMARY KEY, pace text NOT NULL, side text);
-- A week as it is at each place; a mall is shut on Sundays.
CREATE TEMP TABLE week AS SELECT * FROM (VALUES
    ('mall', ARRAY[0, 1000, 1000, 1000, 1000, 1000, 1000]), ('station', ARRAY[600, 1100, 1100, 1100, 1100, 1100, 700])
) AS w (place, by_weekday);  -- Sunday first
INSERT INTO line VALUES
    ('old mall', 'mall', '2025-07-21', 28, 23500, true), ('old station', 'station', '2025-07-21', 28, 26500, true),
    ('mall 1', 'mall', '2025-08-16', 14, 11700, false), ('mall 2', 'mall', '2025-08-14', 14, 11700, false),
    ('station 1', 'station', '2025-08-14', 14, 13200, false), ('station 2', 'station', '2025-08-11', 14, 13200, false),
    ('mall 3', 'mall', '2025-08-11', 14, 11700, false);
-- Today is Monday, 18 August: delivered is what lies before. mall 3 delivers four fifths of what it should.
INSERT INTO delivery_day
SELECT line.name, day::date, by_weekday[extract(dow FROM day)::integer + 1] * CASE line.name WHEN 'mall 3' THEN 0.8 ELSE 1 END
FROM line JOIN week USING (place),
     generate_series(start_date, least(start_date + days, '2025-08-18'::date) - 1, '1 day') AS day;
-- Its cause: half of the screens do not play what they won, since Thursday and at all lines. Others have bids enough to
-- make up for it; mall 3 has not.
INSERT INTO funnel VALUES
    ('old mall', 'before', 100000, 30000, 27000, 27000), ('old station', 'before', 100000, 30000, 27000, 27000),
    ('mall 1', 'now', 20000, 6000, 2700, 2760), ('mall 2', 'now', 60000, 18000, 8100, 8280),
    ('station 1', 'now', 80000, 24000, 10800, 11000), ('station 2', 'now', 80000, 24000, 10800, 11000),
    ('mall 3', 'now', 36000, 10800, 4900, 4800);
