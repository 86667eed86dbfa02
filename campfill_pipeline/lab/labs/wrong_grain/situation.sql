-- What is there at the beginning: lines, each version of their price, and what the reporting tool counted.
DROP TABLE IF EXISTS report_row;
DROP TABLE IF EXISTS revision;
DROP TABLE IF EXISTS line;
CREATE TABLE line (id text PRIMARY KEY, kind text NOT NULL);
CREATE TABLE revision (line_id text REFERENCES line, no integer, cpm numeric(10, 4), PRIMARY KEY (line_id, no));
CREATE TABLE report_row (hour timestamptz NOT NULL, site text NOT NULL, campaign_id text, deal_id text,
                         impressions numeric NOT NULL);
INSERT INTO line VALUES ('campaign A', 'campaign'), ('campaign B', 'campaign'), ('deal C', 'deal'), ('deal D', 'deal'),
    ('campaign E', 'campaign');  -- campaign E has not been played yet
-- deal D became cheaper once: two versions of its price.
INSERT INTO revision VALUES ('campaign A', 1, 7.59), ('campaign B', 1, 4), ('deal C', 1, 9), ('deal D', 1, 6), ('deal D', 2, 5),
    ('campaign E', 1, 8);
INSERT INTO report_row VALUES
    ('2025-08-04 08:00Z', 'München Hbf', 'campaign A', 'deal C', 10000),  -- sold as a campaign, played through a deal
    ('2025-08-04 09:00Z', 'München Hbf', 'campaign A', 'deal C', 10000),  -- the same figure as the hour before
    ('2025-08-04 08:00Z', 'München Hbf', 'campaign B', 'deal of an agency', 20000),
    ('2025-08-04 08:00Z', 'Köln Hbf', NULL, 'deal C', 25000),
    ('2025-08-04 08:00Z', 'Köln Hbf', 'somebody else''s', 'deal D', 15000),
    ('2025-08-04 09:00Z', 'Köln Hbf', NULL, 'deal D', 15000);
