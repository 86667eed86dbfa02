-- What is there at the beginning: the table into which lists are loaded, empty.
DROP TABLE IF EXISTS line CASCADE;
DROP TABLE IF EXISTS seen CASCADE;
CREATE TABLE line (
    id uuid NOT NULL,
    name text NOT NULL,
    impression_goal bigint NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE seen (sha256 text NOT NULL, loaded_at timestamptz NOT NULL DEFAULT clock_timestamp());
