-- What is there at the beginning: the ledger of files, and the lines that were loaded, each with who wrote it.
DROP TABLE IF EXISTS line;
DROP TABLE IF EXISTS upload;
CREATE TABLE upload (file text PRIMARY KEY, status text NOT NULL, started_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE line (file text NOT NULL, name text NOT NULL, written_by integer NOT NULL);
