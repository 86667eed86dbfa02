-- What is there at the beginning: the uploads that were promised to be processed.
DROP TABLE IF EXISTS upload;
CREATE TABLE upload (name text PRIMARY KEY, status text NOT NULL);
