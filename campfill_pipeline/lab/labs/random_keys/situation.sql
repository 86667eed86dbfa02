-- What is there at the beginning: lines by their key, and what was delivered for each key.
DROP TABLE IF EXISTS line;
DROP TABLE IF EXISTS delivery;
CREATE TABLE line (key text PRIMARY KEY, publisher text NOT NULL, name text NOT NULL);
CREATE TABLE delivery (key text NOT NULL, impressions bigint NOT NULL);
