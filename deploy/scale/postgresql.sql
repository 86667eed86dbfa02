-- What campfill needs of a PostgreSQL server (15 to 18): one user that owns two databases, and nothing else.
--   psql -v password="'…'" -f postgresql.sql
CREATE ROLE campfill LOGIN PASSWORD :password;
CREATE DATABASE campfill OWNER campfill;
CREATE DATABASE campfill_dagster OWNER campfill;
REVOKE CONNECT ON DATABASE campfill, campfill_dagster FROM PUBLIC;
