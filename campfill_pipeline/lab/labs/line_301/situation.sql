-- What is there at the beginning: lines, and what was delivered for each of them on each of ten days.
DROP TABLE IF EXISTS line;
DROP TABLE IF EXISTS delivery_day;
DROP TABLE IF EXISTS fulfillment;
CREATE TABLE line (line_no integer PRIMARY KEY, goal bigint NOT NULL);
CREATE TABLE delivery_day (line_no integer NOT NULL, day integer NOT NULL, impressions bigint NOT NULL);
CREATE TABLE fulfillment (line_no integer PRIMARY KEY, delivered bigint NOT NULL, goal bigint NOT NULL);
INSERT INTO line SELECT n, 1000 + n FROM generate_series(1, 1200) AS n;
INSERT INTO delivery_day SELECT n, d, 100 + n % 7 FROM generate_series(1, 1200) AS n, generate_series(1, 10) AS d;
