-- What is there at the beginning: the register of lines, what was found wrong in files, and the ledger of files.
DROP TABLE IF EXISTS line CASCADE;
DROP TABLE IF EXISTS issue CASCADE;
DROP TABLE IF EXISTS upload CASCADE;
CREATE TABLE line (id uuid PRIMARY KEY, name text NOT NULL, impression_goal bigint NOT NULL);
CREATE TABLE issue (file text NOT NULL, row_no integer NOT NULL, value text NOT NULL, message text NOT NULL);
CREATE TABLE upload (
    file text PRIMARY KEY,
    status text NOT NULL CHECK (status IN ('saving', 'loaded', 'partly_loaded', 'failed'))
);
