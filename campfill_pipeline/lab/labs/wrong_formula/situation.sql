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
-- Its cause: half of the screens do not play what they won, for a week and at all lines. The others win twice as many
-- auctions to make up for it; mall 3 does not. What a funnel ends with is what the line delivered so far.
INSERT INTO funnel VALUES
    ('old mall', 'before', 88890, 26667, 24000, 24000), ('old station', 'before', 100740, 30222, 27200, 27200),
    ('mall 1', 'now', 7260, 2178, 980, 1000), ('mall 2', 'now', 21790, 6537, 2941, 3000),
    ('station 1', 'now', 25410, 7623, 3431, 3500), ('station 2', 'now', 49390, 14817, 6667, 6800),
    ('mall 3', 'now', 36000, 10800, 4900, 4800);
